import Foundation
import Settings
import Testing

@testable import apus

private struct FixedProbe: VenueProbe {
  var result: Result<VenueAnswer, VenueUnreachable>

  func probe(base: URL, caFile: String?, timeoutMillis: Int32) throws(VenueUnreachable) -> VenueAnswer {
    try result.get()
  }
}

struct DoctorTests {
  @Test(arguments: [(0, "ok"), (90, "ok"), (-200, "warn"), (5000, "fail"), (-1500, "fail")] as [(Int64, String)])
  func judgesTheClock(offset: Int64, expected: String) {
    let check = ClockChecks.offset(serverMillis: 1_000_000 + offset, receivedMillis: 1_000_010, roundTripMillis: 20)
    #expect(check.status.rawValue == expected, "\(check)")
    #expect(check.advice.isEmpty == (expected == "ok"))
  }

  @Test func anUnreachableVenueFails() throws {
    let config = try RunConfig(RawConfig())
    let probe = FixedProbe(result: .failure(VenueUnreachable(detail: "no route", advice: "check the network")))
    #expect(Doctor.venue(config, probe, 10) == [.fail("venue", "no route", "check the network")])
  }

  @Test func aVenueThatTellsItsTimeIsComparedWithOurs() throws {
    let config = try RunConfig(RawConfig())
    let answer = VenueAnswer(host: "h", roundTripMillis: 10, serverMillis: 5, receivedMillis: 10)
    let checks = Doctor.venue(config, FixedProbe(result: .success(answer)), 10)
    #expect(checks.map(\.name) == ["venue", "venue clock"])
    #expect(checks.map(\.status) == [.ok, .ok])
  }

  @Test func tcpProbeTellsListeningFromRefused() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listener >= 0)
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
    let base = try #require(URL(string: "https://127.0.0.1:\(port)"))
    #expect(try TcpProbe().probe(base: base, caFile: nil, timeoutMillis: 1000).host == "127.0.0.1")
    close(listener)
    #expect(throws: VenueUnreachable.self) { try TcpProbe().probe(base: base, caFile: nil, timeoutMillis: 1000) }
  }

  @Test func machineChecksSaySomething() {
    for check in LibraryChecks.all() + SystemChecks.all() + ClockChecks.all() {
      #expect(!check.detail.isEmpty, "\(check)")
      #expect(check.status == .ok || !check.advice.isEmpty, "\(check)")
    }
    #expect(LibraryChecks.openSsl().detail.contains("OpenSSL 3"))
  }
}
