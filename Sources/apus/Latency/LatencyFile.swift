import CClock
import CLatency
import Foundation
import HotPath
import Logging

/// The latencies of this run, in a file that `apus latency` maps. Main thread, but for the stages' own writers.
///
/// A run never fails for it: what cannot be mapped is kept in this process, and told.
final class LatencyFile: @unchecked Sendable {
  let stages: LatencyStages
  /// nil: in this process only.
  let path: String?
  private let header: UnsafeMutablePointer<apus_latency_header>?
  private let logger: Logger
  private var nextCheckNanos: UInt64
  private static let checkNanos: UInt64 = 10_000_000_000
  /// NTP turns the system's clock by at most 500 ppm; more is the counter's.
  private static let driftToldPpm: Int64 = 1_000
  static let byteCount = APUS_LATENCY_HEADER_BYTES + LatencyStages.byteCount

  init(
    engine: String, symbolCount: Int, directories: [RuntimeDirectory] = RuntimeDirectory.candidates(), logger: Logger
  ) {
    self.logger = logger
    nextCheckNanos = apus_monotonic_nanos() + Self.checkNanos
    var problems: [String] = []
    for directory in directories {
      switch Self.made(in: directory, engine: engine, symbolCount: symbolCount) {
      case .success(let made):
        if directory.isInMemory == false {
          logger.warning(
            "\(directory.path) is on a disk, which may hold the engine up: set APUS_RUNTIME_DIR to a tmpfs")
        }
        stages = made.stages
        header = made.header
        path = made.path
        return
      case .failure(let failure): problems.append(failure.text)
      }
    }
    logger.warning("`apus latency` will not see this run: \(problems.joined(separator: "; "))")
    stages = LatencyStages()
    header = nil
    path = nil
  }

  private struct Made {
    var stages: LatencyStages
    var header: UnsafeMutablePointer<apus_latency_header>
    var path: String
  }

  /// Under its own name only once it is whole.
  private static func made(in directory: RuntimeDirectory, engine: String, symbolCount: Int) -> Result<Made, Refusal> {
    map(in: directory).flatMap { base in
      let header = base.bindMemory(to: apus_latency_header.self, capacity: 1)
      // SAFETY: `byteCount` zeroed bytes, mapped until the process ends.
      let stages = unsafe LatencyStages(zeroedAt: base + Int(APUS_LATENCY_HEADER_BYTES))
      fill(header, engine: engine, symbolCount: symbolCount)
      let path = directory.file(of: getpid())
      guard rename(path + ".new", path) == 0 else {
        return .failure(Refusal(text: "\(path): \(String(cString: strerror(errno)))"))
      }
      return .success(Made(stages: stages, header: header, path: path))
    }
  }

  private struct Refusal: Error {
    var text: String
  }

  /// A new file under a name that nobody looks for, with all its room reserved: a store into a hole on a full disk would
  /// end the process.
  private static func map(in directory: RuntimeDirectory) -> Result<UnsafeMutableRawPointer, Refusal> {
    if let problem = directory.problem() { return .failure(Refusal(text: problem)) }
    removeStale(in: directory)
    let path = directory.file(of: getpid()) + ".new"
    func refused(_ code: Int32) -> Result<UnsafeMutableRawPointer, Refusal> {
      unlink(path)
      return .failure(Refusal(text: "\(path): \(String(cString: strerror(code)))"))
    }
    unlink(path)
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return refused(errno) }
    defer { close(descriptor) }
    let reserved = posix_fallocate(descriptor, 0, off_t(byteCount))
    guard reserved == 0 else { return refused(reserved) }
    let flags = MAP_SHARED | MAP_POPULATE
    guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor, 0), base != MAP_FAILED else {
      return refused(errno)
    }
    return .success(base)
  }

  private static func fill(
    _ header: UnsafeMutablePointer<apus_latency_header>, engine: String, symbolCount: Int
  ) {
    header.pointee.version = UInt32(APUS_LATENCY_VERSION)
    header.pointee.header_bytes = UInt32(APUS_LATENCY_HEADER_BYTES)
    header.pointee.stage_bytes = UInt32(APUS_LATENCY_STAGE_BYTES)
    header.pointee.stage_count = UInt32(LatencyStage.allCases.count)
    header.pointee.bucket_count = UInt32(APUS_LATENCY_BUCKETS)
    header.pointee.sub_buckets = UInt32(APUS_LATENCY_SUB_BUCKETS)
    header.pointee.pid = getpid()
    header.pointee.symbol_count = UInt32(symbolCount)
    header.pointee.process_start = ProcessStart.of(getpid()) ?? 0
    header.pointee.started_millis = apus_wall_millis()
    header.pointee.multiplier = apus_stamps_multiplier()
    header.pointee.sample_spacing_ns = UInt32(SampleChoice.spacingNanos)
    write(engine, to: &header.pointee.name)
    write(LatencyFormat.magic, to: &header.pointee.magic)
  }

  /// As many bytes as fit before the ending zero.
  private static func write<Bytes>(_ text: String, to field: inout Bytes) {
    withUnsafeMutableBytes(of: &field) { bytes in
      for (index, byte) in text.utf8.prefix(bytes.count - 1).enumerated() { bytes[index] = byte }
    }
  }

  /// Files of engines that were killed.
  private static func removeStale(in directory: RuntimeDirectory) {
    for path in directory.files() {
      guard let pid = LatencyFormat.pid(ofFile: path) else { continue }
      let engine = try? LatencyReader(path).engine
      let isAlive = engine.map(\.isRunning) ?? (ProcessStart.of(pid) != nil)
      if !isAlive || pid == getpid() { unlink(path) }
    }
  }

  /// Now and then compares the stamps' clock with the system's. Main thread, as often as it likes.
  func tend() {
    let nanos = apus_monotonic_nanos()
    guard nanos >= nextCheckNanos else { return }
    nextCheckNanos = nanos + Self.checkNanos
    let wasCounter = apus_stamps_multiplier() != 0
    let drift = apus_stamps_check()
    header?.pointee.multiplier = apus_stamps_multiplier()
    header?.pointee.drift_ppm = drift
    if wasCounter, apus_stamps_multiplier() == 0 {
      logger.warning(
        "the processor's counter is off by \(drift) ppm: latencies are measured by clock_gettime from now on")
    } else if abs(drift) > Self.driftToldPpm {
      logger.warning("the processor's counter was off by \(drift) ppm over the last 10 s")
    }
  }

  /// The engine has ended: nobody shall find it any more. The memory stays for who still looks in this process.
  func remove() {
    if let path { unlink(path) }
  }
}
