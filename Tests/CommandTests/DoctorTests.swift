import Foundation
import Settings
import Testing

@testable import apus

private struct FixedProbe: VenueProbe {
  var result: Result<VenueAnswer, VenueUnreachable>

  func probe(_ venue: RunConfig.Venue, timeoutMillis: Int) throws(VenueUnreachable) -> VenueAnswer {
    try result.get()
  }
}

struct DoctorTests {
  @Test(arguments: [(0, "ok"), (90, "ok"), (-200, "warn"), (5000, "fail"), (-1500, "fail")] as [(Int64, String)])
  func judgesTheClock(offset: Int64, expected: String) {
    let check = ClockChecks.offset(offsetMillis: offset, roundTripMillis: 20)
    #expect(check.status.rawValue == expected, "\(check)")
    #expect(check.advice.isEmpty == (expected == "ok"))
  }

  @Test func anUnreachableVenueFails() throws {
    let venue = try RunConfig(RawConfig()).venue
    let probe = FixedProbe(result: .failure(VenueUnreachable(detail: "no route: check the network")))
    #expect(Doctor.venue(venue, probe, 10) == [.fail("venue", "no route: check the network", "")])
  }

  @Test func aVenueThatAnswersIsComparedWithOurClock() throws {
    let venue = try RunConfig(RawConfig()).venue
    let answer = VenueAnswer(host: "h", roundTripMillis: 10, offsetMillis: -300)
    let checks = Doctor.venue(venue, FixedProbe(result: .success(answer)), 10)
    #expect(checks.map(\.name) == ["venue", "venue clock"])
    #expect(checks.map(\.status) == [.ok, .warn])
  }

  @Test func aSilentVenueTakesNoLongerThanAsked() throws {
    // Accepts connections in its backlog and never says a word.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listener >= 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = bind(listener, generic, size)
        _ = listen(listener, 4)
        _ = getsockname(listener, generic, &size)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    var raw = RawConfig()
    raw.apply(option: "--venue", path: "venue.environment", value: .text("sim"))
    raw.apply(option: "--rest-url", path: "venue.rest_url", value: .text("https://127.0.0.1:\(port)"))
    raw.apply(option: "--stream-url", path: "venue.stream_url", value: .text("wss://127.0.0.1:\(port)"))
    let venue = try RunConfig(raw).venue
    let start = ContinuousClock.now
    #expect(throws: VenueUnreachable.self) { try RestProbe().probe(venue, timeoutMillis: 200) }
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func machineChecksSaySomething() {
    for check in LibraryChecks.all() + SystemChecks.all() + ClockChecks.all() + PlacementChecks.all() {
      #expect(!check.detail.isEmpty, "\(check)")
      #expect(check.status == .ok || !check.advice.isEmpty, "\(check)")
    }
    #expect(LibraryChecks.openSsl().detail.contains("OpenSSL 3"))
  }
}
