import Foundation
import Testing

/// Seeds of property tests: fixed ones, or the one in APUS_TEST_SEED, so that a failure can be run again.
enum TestSeed {
  /// `count` seeds, or only the one the environment names.
  static func all(_ count: Int) -> [UInt64] {
    if let text = ProcessInfo.processInfo.environment["APUS_TEST_SEED"], let seed = UInt64(text) { return [seed] }
    return (1...UInt64(count)).map { $0 &* 7919 }
  }

  /// What a failure says: the seed and the command that runs it again.
  static func again(_ seed: UInt64, _ test: String, _ detail: @autoclosure () -> String = "") -> Comment {
    "seed \(seed) \(detail()); run again: APUS_TEST_SEED=\(seed) swift test --filter \(test)"
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, and the same on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True with a probability of `share` in a thousand.
  mutating func chance(_ share: Int) -> Bool { below(1000) < share }
}

/// Real recordings beside the package, or where APUS_SHARED says; nil when there are none.
enum SharedData {
  static let folder: URL? = {
    let named = ProcessInfo.processInfo.environment["APUS_SHARED"].map { URL(fileURLWithPath: $0) }
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = named ?? root.appendingPathComponent("../shared")
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("data").path) ? folder : nil
  }()

  static let missing: Comment = "no recordings in ../shared: set APUS_SHARED to their folder"

  static func text(_ path: String) throws -> String {
    let folder = try #require(folder)
    return try String(contentsOf: folder.appendingPathComponent("data/" + path), encoding: .utf8)
  }

  /// A gzip file unpacked by the system's gzip.
  static func unpacked(_ path: String) throws -> [UInt8] {
    let folder = try #require(folder)
    let gzip = Process()
    let output = Pipe()
    gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gzip.arguments = ["gzip", "-dc", folder.appendingPathComponent("data/" + path).path]
    gzip.standardOutput = output
    try gzip.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    gzip.waitUntilExit()
    try #require(gzip.terminationStatus == 0, "gzip could not unpack \(path)")
    return bytes
  }
}
