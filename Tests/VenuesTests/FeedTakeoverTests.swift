import CRecords
import Domain
import Foundation
import Testing

@testable import HotPath
@testable import Venues

/// The follower, the second connection, dies at each stage of its taking over: the one before it leads again and is followed anew,
/// and the engine hears of no cut.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct FeedTakeoverTests {
  private static let certificate = TestCertificate()

  private static func trades(_ connection: TestConnection, count: Int, from id: Int) {
    for place in 0..<count {
      connection.send(tradeFrame("BTCUSDT", id: Int64(id + place)))
      usleep(10_000)
    }
  }

  /// Trades that the second one brings before it dies, 10 ms each: none, or some while the first is still there.
  @Test(arguments: [0, 20])
  func theOneBeforeLeadsAgain(tradeCount: Int) throws {
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      if number == 1 {
        Self.trades(connection, count: tradeCount, from: 1_000)
        usleep(100_000)
      } else {
        Self.trades(connection, count: 2_000, from: number * 100)
      }
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.lifeMillis = 700
    options.lifeJitterMillis = 0
    options.overlapMillis = 1_500
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, ringCapacity: 1 << 16, options: options)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.counts.disconnects == 1 }, "\(rig.counts) \(rig.reasons)")
    #expect(eventually { venue.connectionCount >= 3 && rig.counts.rotations >= 2 }, "\(rig.counts) \(rig.reasons)")
    // Past the time that the first was given.
    usleep(2_500_000)
    let before = rig.counts.trades
    #expect(eventually(seconds: 2) { rig.counts.trades > before + 20 }, "trades go on")
    _ = rig.records()
    #expect(rig.turns == [.feedDown, .feedHeard], "no cut is told")
    #expect(rig.feed.state == .streaming && rig.counts.disconnects == 1, "\(rig.counts) \(rig.reasons)")
  }

  /// The venue ends the first while the two overlap, as its day is over: no third is made for it.
  @Test func oneThatIsFollowedIsNotMadeAnew() throws {
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      Self.trades(connection, count: number == 0 ? 300 : 2_000, from: number * 100)
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.lifeMillis = 2_000
    options.lifeJitterMillis = 0
    options.overlapMillis = 60_000
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, ringCapacity: 1 << 16, options: options)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.counts.disconnects == 1 && rig.counts.rotations == 1 }, "\(rig.counts) \(rig.reasons)")
    usleep(500_000)
    #expect(venue.connectionCount == 2)
    _ = rig.records()
    #expect(rig.turns == [.feedDown, .feedHeard], "no cut is told")
  }
}
