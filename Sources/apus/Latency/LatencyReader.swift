import CLatency
import Foundation
import HotPath

/// What both sides of the file agree on beside apus_latency.h.
enum LatencyFormat {
  static let magic = "apuslat"

  /// Of `engine-123.latency`.
  static func pid(ofFile path: String) -> Int32? {
    let name = path.split(separator: "/").last ?? ""
    return Int32(name.dropFirst("engine-".count).dropLast(".latency".count))
  }
}

/// Who writes a latency file.
struct LatencyEngine: Equatable {
  var pid: Int32
  var name: String
  var processStart: UInt64
  var startedMillis: Int64
  var symbolCount: Int
  /// 0: stamps are clock_gettime's.
  var counterHz: UInt64
  var driftPpm: Int64
  var sampleSpacingNanos: Int

  var isRunning: Bool { ProcessStart.of(pid) == processStart }
}

/// All stages at one moment.
struct LatencyReading {
  struct Stage {
    var name: String
    var snapshot: LatencySnapshot
  }

  var engine: LatencyEngine
  var stages: [Stage]

  /// What was recorded since an earlier reading of the same engine.
  func since(_ earlier: LatencyReading) -> LatencyReading {
    var difference = self
    for index in stages.indices {
      difference.stages[index].snapshot = stages[index].snapshot.since(earlier.stages[index].snapshot)
    }
    return difference
  }
}

/// Maps a running engine's file. The engine notices nothing but that a cache line it writes next has been shared.
final class LatencyReader {
  private let path: String
  private let base: UnsafeRawPointer
  private let byteCount: Int
  private let stageCount: Int

  /// Throws a Failure: 66 when there is no such file, 65 when it is not of this version's layout.
  init(_ path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(errno == ENOENT ? .noInput : .io, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    let headerBytes = APUS_LATENCY_HEADER_BYTES
    guard fstat(descriptor, &status) == 0, Int(status.st_size) >= headerBytes else {
      throw Failure(.data, "\(path): is no latency file: remove it")
    }
    byteCount = Int(status.st_size)
    guard let mapped = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
      throw Failure(.io, "\(path): cannot be mapped: \(String(cString: strerror(errno)))")
    }
    base = UnsafeRawPointer(mapped)
    do {
      stageCount = try Self.check(base, byteCount, path)
    } catch {
      munmap(mapped, byteCount)
      throw error
    }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }

  /// Gives the number of stages.
  private static func check(_ base: UnsafeRawPointer, _ byteCount: Int, _ path: String) throws -> Int {
    let header = base.load(as: apus_latency_header.self)
    guard text(header.magic) == LatencyFormat.magic else {
      throw Failure(.data, "\(path): is no latency file: remove it")
    }
    let version = UInt32(APUS_LATENCY_VERSION)
    guard header.version == version else {
      throw Failure(
        .data, "\(path): is of layout \(header.version), this apus reads \(version): use the apus that runs the engine")
    }
    let isWhole =
      header.header_bytes == APUS_LATENCY_HEADER_BYTES && header.stage_bytes == APUS_LATENCY_STAGE_BYTES
      && header.bucket_count == APUS_LATENCY_BUCKETS
      && header.sub_buckets == APUS_LATENCY_SUB_BUCKETS && header.stage_count <= 1_000
      && byteCount >= Int(header.header_bytes) + Int(header.stage_count) * Int(header.stage_bytes)
    guard isWhole else { throw Failure(.data, "\(path): is broken: remove it") }
    return Int(header.stage_count)
  }

  var engine: LatencyEngine {
    let header = base.load(as: apus_latency_header.self)
    // Nanoseconds a tick in 2^-32, turned round.
    let counterHz = header.multiplier == 0 ? 0 : UInt64(Double(1 << 32) * 1e9 / Double(header.multiplier))
    return LatencyEngine(
      pid: header.pid, name: Self.text(header.name), processStart: header.process_start,
      startedMillis: header.started_millis, symbolCount: Int(header.symbol_count), counterHz: counterHz,
      driftPpm: header.drift_ppm, sampleSpacingNanos: Int(header.sample_spacing_ns))
  }

  /// All stages now. Throws 69 once the engine has ended: its last figures would pass for present ones.
  func read() throws -> LatencyReading {
    let engine = engine
    guard engine.isRunning else {
      throw Failure(.unavailable, "engine \(engine.pid) (\(engine.name)) has ended: start it with `apus run`")
    }
    let stages = (0..<stageCount).map { index in
      // SAFETY: within the mapping, as `check` found.
      let at = base + APUS_LATENCY_HEADER_BYTES + index * LatencyHistogram.byteCount
      return LatencyReading.Stage(
        name: Self.text(at.load(as: apus_latency_stage.self).name),
        snapshot: unsafe LatencyHistogram(writtenAt: at).snapshot())
    }
    return LatencyReading(engine: engine, stages: stages)
  }

  /// Up to the first zero.
  private static func text<Bytes>(_ field: Bytes) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
