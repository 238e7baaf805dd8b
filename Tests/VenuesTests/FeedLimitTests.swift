import Foundation
import Synchronization
import Testing

@testable import Venues

/// The venue limits the address when a connection is made.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct FeedLimitTests {
  private static let certificate = TestCertificate()

  /// One of three connections is told to wait for three seconds; the others, which break meanwhile, wait as well.
  @Test func aLimitSilencesAllConnections() throws {
    let dials = Mutex<[Date]>([])
    let limited = Mutex<Date?>(nil)
    let venue = TestVenue(Self.certificate) { connection, number in
      dials.withLock { $0.append(Date()) }
      if number == 0 {
        _ = connection.readHead()
        limited.withLock { $0 = Date() }
        connection.answer(429, "slow down", headers: ["Retry-After: 3", "Connection: close"])
        return
      }
      connection.acceptWebSocket()
      var id = 0
      while connection.readText() != nil {
        id += 1
        connection.send(#"{"result":null,"id":\#(id)}"#)
        // Cut as long as the limit runs.
        if let began = limited.withLock({ $0 }), Date() < began.addingTimeInterval(2.5) { return }
      }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, symbols: (0..<401).map { "S\($0)" })
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually(seconds: 20) { rig.feed.connectionCount == (3, 3) }, "\(rig.counts) \(rig.reasons)")
    let began = try #require(limited.withLock { $0 })
    let seconds = dials.withLock { $0.map { $0.timeIntervalSince(began) } }
    #expect(seconds.filter { $0 > 1 && $0 < 2.9 }.isEmpty, "\(seconds)")
    #expect(seconds.contains { $0 < 10 && $0 >= 2.9 }, "not a minute, since the venue said three seconds: \(seconds)")
    #expect(rig.reasons.contains { $0.contains("HTTP 429") && $0.contains("no connection for 3 s") }, "\(rig.reasons)")
  }
}
