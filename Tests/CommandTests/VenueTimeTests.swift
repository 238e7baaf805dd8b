import CClock
import Logging
import Synchronization
import Testing
import Venues

@testable import apus

/// The venue's clock before a run: several measurements, or none.
@Suite(.serialized, .timeLimit(.minutes(1))) struct VenueTimeTests {
  private static let certificate = TestCertificate()

  /// A venue whose `/time` is off by each of these in turn, ms.
  private func withVenue(_ offsets: [Int64], _ body: (BinanceRest) throws -> Void) throws {
    let asked = Mutex(0)
    let venue = TestVenue(Self.certificate) { connection, _ in
      while connection.readHead() != nil {
        let number = asked.withLock { asked in
          defer { asked += 1 }
          return asked
        }
        connection.answer(200, #"{"serverTime":\#(apus_wall_millis() + offsets[number % offsets.count])}"#)
      }
    }
    defer { venue.stop() }
    let rest = try BinanceRest(
      endpoints: .sim(host: "localhost", port: venue.port), trust: TLSTrust(caFile: Self.certificate.file),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    defer { rest.stop() }
    try body(rest)
  }

  @Test func theMiddleOfThreeThatAgree() throws {
    try withVenue([-5_000, -5_400, -5_200]) { rest in
      // The first one also makes the connection.
      _ = try rest.serverTime()
      let time = try #require(try VenueTime.measured(rest))
      #expect(abs(time.offsetMillis + 5_200) < 150)
    }
  }

  /// One of two servers behind the venue's name is an hour behind: there is no telling which.
  @Test func aVenueOfTwoMindsIsNotBegunWith() throws {
    try withVenue([0, -3_600_000]) { rest in
      #expect(try VenueTime.measured(rest) == nil)
      do {
        _ = try VenueSetup.clock(rest, host: "localhost")
        Issue.record("it was believed")
      } catch let failure as Failure {
        #expect(failure.code == .unavailable && failure.message.contains("localhost: its /time differs"))
      }
    }
  }
}
