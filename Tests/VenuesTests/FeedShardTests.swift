import CRecords
import Domain
import Foundation
import Synchronization
import Testing

@testable import HotPath
@testable import Venues

/// What the engine is told of connections, followers, and symbols that come and go; over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct FeedShardTests {
  private static let certificate = TestCertificate()

  /// Subscribed, then whatever the test sends; `text` is the subscription.
  private static func venue(_ script: @escaping @Sendable (TestConnection, Int, String) -> Void) -> TestVenue {
    TestVenue(certificate) { connection, number in
      connection.acceptWebSocket()
      let text = connection.readText() ?? ""
      connection.send(#"{"result":null,"id":1}"#)
      script(connection, number, text)
    }
  }

  /// Cut off from the start, heard once it streams, cut off again, heard again: in the order of the trades.
  @Test func theEngineIsToldOfCutsInTheirOrder() throws {
    let venue = Self.venue { connection, number, _ in
      connection.send(tradeFrame("BTCUSDT", id: Int64(number + 1)))
      if number == 0 { usleep(600_000) } else { connection.readToEnd() }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    #expect(try rig.run { rig.counts.trades == 2 && rig.feed.state == .streaming }, "\(rig.counts) \(rig.reasons)")
    _ = rig.records()
    let changes = rig.states.connections.withLock { $0 }
    #expect(changes.map(\.isStreaming) == [true, false, true])
    #expect(changes.allSatisfy { $0.symbol == "BTCUSDT" && $0.count == 2 })
    #expect(changes[1].reason.contains("was lost") && changes[0].reason.isEmpty)
    #expect(rig.turns.prefix(3) == [.feedDown, .feedHeard, .feedDown])
    let down = rig.news.filter { $0.kind == EventKind.feedDown.rawValue }
    #expect(down.allSatisfy { $0.symbol == 0 && $0.first_id == 2 })
    // The first has heard nothing; the second tells when something came last.
    #expect(down[0].time_ms == 0)
    #expect(abs(down[1].time_ms - nowMillis()) < 30_000 && down[1].time_ms <= nowMillis())
  }

  /// Nothing but pongs: the connection is heard all the same.
  @Test func aQuietConnectionIsHeard() throws {
    let venue = Self.venue { connection, _, _ in
      while let frame = connection.readFrame() { if frame.opcode == 9 { connection.send(frame.text, opcode: 10) } }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.feed.state == .streaming })
    let began = nowMillis()
    #expect(
      eventually {
        _ = rig.records()
        return rig.news.contains { $0.kind == EventKind.feedHeard.rawValue && $0.time_ms > began + 2_000 }
      })
    #expect(rig.counts.disconnects == 0)
  }

  /// Before its life is over a connection gets a follower; both bring the same trades for a while, marked as such, and
  /// the engine hears of no cut.
  @Test func aFollowerTakesOver() throws {
    let venue = Self.venue { connection, number, _ in
      for id in 0..<400 {
        connection.send(tradeFrame("BTCUSDT", id: Int64(number * 200 + id)))
        usleep(5_000)
      }
      connection.readToEnd()
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.lifeMillis = 700
    options.lifeJitterMillis = 0
    options.overlapMillis = 300
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, ringCapacity: 1 << 16, options: options)
    #expect(try rig.run { rig.counts.rotations >= 2 }, "\(rig.counts) \(rig.reasons)")
    let trades = rig.records()
    #expect(trades.contains { $0.flags & RecordFlags.overlap != 0 })
    #expect(trades.first.map { $0.flags & RecordFlags.overlap } == 0)
    #expect(rig.turns == [.feedDown, .feedHeard], "no cut is told")
    #expect(rig.counts.disconnects == 0, "an end as planned is no disconnection: \(rig.reasons)")
    #expect(rig.counts.connects >= 3)
  }

  /// A trade that the full ring refused is a cut for the engine: told once there is room.
  @Test func aRefusedTradeIsToldAsACut() throws {
    let venue = Self.venue { connection, _, _ in
      for id in 1...20 { connection.send(tradeFrame("BTCUSDT", id: Int64(id))) }
      connection.readToEnd()
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, ringCapacity: 8)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.counts.ringRefused > 0 })
    #expect(
      eventually {
        _ = rig.records()
        return rig.turns.last == .feedHeard && rig.news.count { $0.kind == EventKind.feedDown.rawValue } >= 2
      })
    #expect(rig.counts.disconnects == 0)
  }

  /// The engine learns of the symbol before its first trade; the venue is asked on the connection that is there.
  @Test func symbolsComeAndGo() throws {
    let asked = Mutex<[String]>([])
    let venue = Self.venue { connection, _, _ in
      while let text = connection.readText() {
        asked.withLock { $0.append(text) }
        connection.send(#"{"result":null,"id":2}"#)
        connection.send(tradeFrame("NEWUSDT", id: 1))
      }
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.symbolRoom = 4
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, options: options)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.feed.state == .streaming })
    rig.feed.add(Instrument(symbol: "NEWUSDT", tickSize: 10, lotSize: 100))
    #expect(eventually { rig.counts.trades >= 1 }, "\(rig.counts)")
    let trades = rig.records()
    #expect(trades.first?.symbol == 2)
    let parts = rig.news.filter { $0.kind == EventKind.instrument.rawValue }
    #expect(parts.map(\.flags) == [0, 1, 2, 3] && parts.allSatisfy { $0.symbol == 2 })
    rig.feed.remove("ETHUSDT")
    rig.feed.remove("NOUSDT")
    #expect(eventually { asked.withLock { $0.count == 2 } })
    _ = rig.records()
    #expect(rig.news.last { $0.kind == EventKind.delisted.rawValue }?.symbol == 1)
    let texts = asked.withLock { $0 }
    try #require(texts.count == 2)
    #expect(texts[0].contains("\"SUBSCRIBE\"") && texts[0].contains("newusdt@aggTrade"))
    #expect(texts[1].contains("\"UNSUBSCRIBE\"") && texts[1].contains("ethusdt@aggTrade"))
    #expect(rig.counts.disconnects == 0)
  }

  /// Nothing is missing of a run without symbols: it is not connected anew until one is listed.
  @Test func aRunWithoutSymbolsWantsNoConnection() throws {
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      var ended = 0
      var id = 0
      while ended < 2, let text = connection.readText() {
        id += 1
        connection.send(#"{"result":null,"id":\#(id)}"#)
        if text.contains("UNSUBSCRIBE") { ended += 1 }
        if text.contains("newusdt"), !text.contains("btcusdt") { connection.send(tradeFrame("NEWUSDT", id: 1)) }
      }
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.symbolRoom = 4
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, options: options)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.feed.state == .streaming })
    rig.feed.remove("BTCUSDT")
    rig.feed.remove("ETHUSDT")
    #expect(eventually { rig.counts.disconnects == 1 })
    usleep(1_200_000)
    #expect(venue.connectionCount == 1)
    #expect(rig.feed.state == .streaming && rig.feed.connectionCount == (1, 1))
    _ = rig.records()
    #expect(rig.news.count { $0.kind == EventKind.feedDown.rawValue } == 1)
    rig.feed.add(Instrument(symbol: "NEWUSDT", tickSize: 10, lotSize: 100))
    #expect(eventually { rig.counts.trades == 1 && rig.feed.state == .streaming }, "\(rig.counts) \(rig.reasons)")
    #expect(venue.connectionCount == 2)
    #expect(rig.records().map(\.symbol) == [2])
    #expect(
      eventually {
        _ = rig.records()
        return rig.turns.last == .feedHeard
      })
  }

  /// A stream is silent while the venue has trades of it: the connection is made anew.
  @Test func aDeafStreamIsSubscribedAnew() throws {
    let venue = Self.venue { connection, _, _ in connection.readToEnd() }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.feed.state == .streaming })
    rig.feed.resubscribe(symbolIndex: 1)
    #expect(eventually { venue.connectionCount == 2 && rig.feed.state == .streaming })
    #expect(rig.counts.deaf == 1)
    // One asked for before the connection was made does not mean it.
    rig.feed.resubscribe(symbolIndex: 0, askedNanos: 1)
    rig.feed.remove("BTCUSDT")
    #expect(
      eventually {
        _ = rig.records()
        return rig.turns.contains(.delisted)
      })
    #expect(rig.counts.deaf == 1 && venue.connectionCount == 2)
    #expect(rig.reasons.contains { $0.contains("the stream of ETHUSDT is silent") }, "\(rig.reasons)")
  }

  /// One stream of five is refused: it ends alone and cut off, the others flow over the connection that is there.
  @Test func aRefusedStreamIsLeftOutAlone() throws {
    let isGranted = Atomic<Bool>(false)
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      var id = 0
      while let text = connection.readText() {
        id += 1
        if text.contains("cusdt"), !isGranted.load(ordering: .relaxed) {
          connection.send(#"{"error":{"code":2,"msg":"Invalid request: no such stream"},"id":\#(id)}"#)
          continue
        }
        connection.send(#"{"result":null,"id":\#(id)}"#)
        for name in ["AUSDT", "BUSDT", "CUSDT", "DUSDT", "EUSDT"] where text.contains(name.lowercased()) {
          connection.send(tradeFrame(name, id: 7))
        }
      }
    }
    defer { venue.stop() }
    var options = FeedOptions()
    options.refusedMillis = 1_500
    let rig = try FeedRig(
      port: venue.port, ca: Self.certificate.file, symbols: ["AUSDT", "BUSDT", "CUSDT", "DUSDT", "EUSDT"],
      options: options)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.counts.trades == 4 && rig.counts.refusedStreams == 1 }, "\(rig.counts)")
    #expect(eventually { rig.feed.state == .streaming })
    #expect(rig.records().map(\.symbol).sorted() == [0, 1, 3, 4])
    // Asked for again now and then, and told of no more.
    #expect(eventually { rig.counts.controlErrors >= 4 })
    _ = rig.records()
    let heard = rig.news.filter { $0.kind == EventKind.feedHeard.rawValue }
    #expect(
      heard.contains { $0.symbol == 0 && $0.first_id == 2 } && heard.contains { $0.symbol == 3 && $0.first_id == 5 })
    #expect(heard.allSatisfy { !($0.symbol <= 2 && $0.first_id > 2) }, "what is refused is not heard")
    isGranted.store(true, ordering: .relaxed)
    #expect(eventually { rig.counts.trades == 5 }, "\(rig.counts)")
    #expect(
      eventually {
        _ = rig.records()
        return rig.news.contains { $0.kind == EventKind.feedHeard.rawValue && $0.symbol == 0 && $0.first_id == 5 }
      })
    #expect(rig.counts.refusedStreams == 1)
    #expect(rig.counts.disconnects == 0 && venue.connectionCount == 1)
  }

  /// A trade of the others makes the connection stream before the refusal comes: what was refused is told as a cut, of these
  /// symbols alone.
  @Test func aRefusalAfterTheFirstTradeIsACutOfItsOwn() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      _ = connection.readText()
      connection.send(tradeFrame("S0", id: 1))
      usleep(700_000)
      connection.send(#"{"error":{"code":2,"msg":"Invalid request"},"id":2}"#)
      connection.readToEnd()
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, symbols: (0..<103).map { "S\($0)" })
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(
      eventually {
        _ = rig.records()
        return rig.news.contains { $0.kind == EventKind.feedHeard.rawValue && $0.symbol == 0 && $0.first_id == 100 }
      })
    let down = rig.news.filter { $0.kind == EventKind.feedDown.rawValue }.map { "\($0.symbol)-\($0.first_id)" }
    #expect(down == ["0-103", "100-101", "101-102", "102-103"])
    #expect(rig.feed.state == .streaming && rig.counts.disconnects == 0)
    #expect(rig.counts.refusedStreams == 0)
  }
}
