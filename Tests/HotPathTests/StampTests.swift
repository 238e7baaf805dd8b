import CClock
import Foundation
import Testing

/// The clock of stamps is one for the process, so these run one after the other.
@Suite(.serialized) struct StampTests {
  private func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("apus-cpuinfo-\(UUID().uuidString)").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func problem(_ flags: String) throws -> String? {
    let path = try file("processor\t: 0\nflags\t\t: fpu \(flags) sse\nbugs\t\t: none\n")
    defer { unlink(path) }
    return apus_counter_problem(path).map { String(cString: $0) }
  }

  #if arch(x86_64)
    @Test func aCounterMustRunEvenlyAndAlways() throws {
      #expect(try problem("rdtscp constant_tsc nonstop_tsc") == nil)
      #expect(try problem("rdtscp nonstop_tsc")?.contains("constant_tsc") == true)
      #expect(try problem("rdtscp constant_tsc")?.contains("nonstop_tsc") == true)
      // Another flag's name within a longer one is none.
      #expect(try problem("rdtscp xconstant_tsc nonstop_tsc")?.contains("constant_tsc") == true)
      #expect(apus_counter_problem("/nonexistent") != nil)
    }

    @Test func withoutACounterStampsAreTheSystemsClock() throws {
      let path = try file("flags : none\n")
      defer { unlink(path) }
      #expect(apus_stamps_calibrate(2, path) != nil)
      #expect(apus_stamps_multiplier() == 0 && apus_stamps_check() == 0)
      let before = apus_monotonic_nanos()
      let stamp = apus_stamp_nanos()
      let inOrder = apus_stamp_in_order_nanos()
      #expect(before <= stamp && stamp <= inOrder && inOrder <= apus_monotonic_nanos())
    }
  #endif

  @Test func calibratedStampsAgreeWithTheSystemsClock() throws {
    if let problem = apus_stamps_calibrate(20, "/proc/cpuinfo") {
      // Nothing to compare here, but the fallback must then be in use.
      #expect(apus_stamps_multiplier() == 0, "\(String(cString: problem))")
      return
    }
    #expect(apus_stamps_multiplier() != 0)
    // A test's thread may lose its core between two readings: the best of many.
    func offsetNanos() -> Int64 {
      (0..<1_000).map { _ in
        let stamp = apus_stamp_nanos()
        return Int64(bitPattern: apus_monotonic_nanos() &- stamp)
      }.min { abs($0) < abs($1) } ?? .max
    }
    #expect(abs(offsetNanos()) < 2_000)
    usleep(200_000)
    // 200 ppm of the 200 ms: many times what NTP does at its worst in so short a time.
    #expect(abs(offsetNanos()) < 40_000)
    let before = apus_stamp_nanos()
    let drift = apus_stamps_check()
    #expect(abs(drift) < 1_000 && apus_stamps_multiplier() != 0)
    // No jump where the rate changes.
    let after = apus_stamp_nanos()
    #expect(after >= before && after - before < 50_000_000)
    var last = after
    for _ in 0..<100_000 {
      let next = apus_stamp_in_order_nanos()
      #expect(next >= last)
      last = next
    }
  }

  @Test func timeBetweenIsNeverNegative() {
    #expect(apus_nanos_between(100, 130) == 30)
    #expect(apus_nanos_between(130, 100) == 0)
    #expect(apus_nanos_between(.max, 9) == 10)
  }
}
