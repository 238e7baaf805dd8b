import Testing

@testable import Simulation

/// What connections see of a scenario, as far as it needs no socket.
@Suite struct ConnectionFaultTests {
  static func venue(_ scenario: String, change: (inout VenueSettings) -> Void = { _ in }) throws -> (
    SimulatedVenue, Int64
  ) {
    let venue = try SimulatedVenue.scripted(scenario, change: change)
    return (venue, venue.settings.startMillis)
  }

  static func open(_ venue: SimulatedVenue, _ path: String = "/market/ws/btcusdt@aggTrade") throws -> StreamSession {
    try #require(venue.open(path: path, streams: nil, nowMillis: venue.reachedMillis))
  }

  @Test(arguments: [("cut", FrameBatch.Kind.cut), ("close", .close), ("half_open", .halt)])
  func connectionsEndAfterTheTradeThatTriggersIt(name: String, kind: FrameBatch.Kind) throws {
    let (venue, start) = try Self.venue(#"{"fault":"\#(name)","at_event":5,"symbol":"BTCUSDT"}"#)
    let session = try Self.open(venue)
    venue.advance(to: start + 20_000)
    let kinds = session.takeFrames().frames.map(\.kind)
    #expect(kinds == Array(repeating: .text, count: 5) + [kind])
    #expect(session.isClosed == (kind != .halt) && session.isHalted == (kind == .halt))
    #expect(session.isCut == (kind == .cut))
    let next = try Self.open(venue)
    venue.advance(to: start + 40_000)
    #expect(next.takeFrames().texts.count > 5)
    venue.receive(Array(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#.utf8), from: session, nowMillis: start + 40_000)
    #expect(session.takeFrames().isEmpty)
  }

  @Test func cutsRepeat() throws {
    let (venue, start) = try Self.venue(#"{"fault":"cut","every_ms":700}"#)
    for round in 1...5 {
      let session = try Self.open(venue)
      venue.advance(to: start + Int64(round) * 700 - 1)
      #expect(!session.isCut)
      venue.advance(to: start + Int64(round) * 700)
      #expect(session.isCut)
      venue.close(session)
    }
  }

  @Test func aHalfOpenConnectionIsNeitherPingedNorEndedLater() throws {
    let (venue, start) = try Self.venue(
      #"{"fault":"half_open","at_ms":100}"# + "\n" + #"{"fault":"cut","at_ms":200}"#,
      change: {
        $0.pingMillis = 1_000
        $0.sessionMillis = 5_000
      })
    let session = try Self.open(venue, "/market/ws")
    venue.advance(to: start + 30_000)
    #expect(session.takeFrames().frames.map(\.kind) == [.halt])
    #expect(!session.isClosed)
  }

  @Test func silenceIsOfEventsOnly() throws {
    let (venue, start) = try Self.venue(#"{"fault":"silent","at_ms":5000,"for_ms":10000}"#)
    let session = try Self.open(venue, "/market/ws/btcusdt@aggTrade/ethusdt@markPrice@1s/btcusdt@kline_1m")
    venue.advance(to: start + 5_000)
    #expect(session.takeFrames().texts.count > 5)
    venue.advance(to: start + 14_999)
    #expect(session.takeFrames().isEmpty)
    venue.receive(
      Array(#"{"method":"SUBSCRIBE","params":["ethusdt@aggTrade"],"id":4}"#.utf8), from: session,
      nowMillis: start + 14_999)
    #expect(session.takeFrames().texts == [#"{"result":null,"id":4}"#])
    venue.advance(to: start + 25_000)
    #expect(session.takeFrames().texts.contains { $0.contains("ETHUSDT") && $0.contains("aggTrade") })
  }

  @Test func oneSymbolsTradesCanBeSilent() throws {
    let (venue, start) = try Self.venue(#"{"fault":"silent","at_ms":0,"symbol":"BTCUSDT"}"#)
    let session = try Self.open(venue, "/market/ws/btcusdt@aggTrade/ethusdt@aggTrade/btcusdt@markPrice@1s")
    venue.advance(to: start + 20_000)
    let texts = session.takeFrames().texts
    #expect(!texts.contains { $0.contains("aggTrade") && $0.contains("BTCUSDT") })
    #expect(texts.contains { $0.contains("aggTrade") } && texts.contains { $0.contains("BTCUSDT") })
  }

  @Test func connectionsAreRefusedForAWhile() throws {
    let (venue, start) = try Self.venue(#"{"fault":"refuse","at_ms":1000,"for_ms":500}"#)
    var statuses: [Int?] = []
    for elapsed in [999, 1_000, 1_499, 1_500] as [Int64] {
      venue.advance(to: start + elapsed)
      statuses.append(venue.refusal(client: "127.0.0.1", nowMillis: start + elapsed)?.status)
    }
    #expect(statuses == [nil, 503, 503, nil])
  }

  /// A message that names the stream is refused as a whole, in the form that names the message.
  @Test func oneSymbolsStreamsAreRefused() throws {
    let (venue, start) = try Self.venue(#"{"fault":"refuse_stream","symbol":"ETHUSDT","at_ms":1000,"for_ms":2000}"#)
    let session = try Self.open(venue, "/market/ws")
    var answers: [String] = []
    for (id, elapsed) in [999, 1_000, 2_999, 3_000].enumerated() as EnumeratedSequence<[Int64]> {
      venue.advance(to: start + elapsed)
      _ = session.takeFrames()
      for symbols in [#""btcusdt@aggTrade","ethusdt@aggTrade""#, #""btcusdt@aggTrade""#] {
        venue.receive(
          Array(#"{"method":"SUBSCRIBE","params":[\#(symbols)],"id":\#(id)}"#.utf8), from: session,
          nowMillis: start + elapsed)
        answers += session.takeFrames().texts
      }
      if id < 3 { #expect(session.subscriptions.count == 2 - min(id, 1)) }
      venue.receive(
        Array(#"{"method":"UNSUBSCRIBE","params":["ethusdt@aggTrade","btcusdt@aggTrade"],"id":9}"#.utf8), from: session,
        nowMillis: start + elapsed)
      _ = session.takeFrames()
    }
    let refusal = #"{"error":{"code":2,"msg":"Invalid request: unavailable stream ethusdt@aggTrade"},"id":"#
    #expect(
      answers == [
        #"{"result":null,"id":0}"#, #"{"result":null,"id":0}"#, refusal + "1}", #"{"result":null,"id":1}"#,
        refusal + "2}", #"{"result":null,"id":2}"#, #"{"result":null,"id":3}"#, #"{"result":null,"id":3}"#,
      ])
  }

  @Test func anAddressOpensSoManyConnectionsInFiveMinutes() {
    var ledger = ConnectLedger(limit: 2)
    #expect(ledger.admit("a", nowMillis: 0) == nil)
    #expect(ledger.admit("a", nowMillis: 60_000) == nil)
    #expect(ledger.admit("a", nowMillis: 100_000) == 200)
    #expect(ledger.admit("b", nowMillis: 100_000) == nil)
    #expect(ledger.admit("a", nowMillis: 299_999) == 1)
    #expect(ledger.admit("a", nowMillis: 300_000) == nil)
    #expect(ledger.admit("a", nowMillis: 300_001) == 60)
    var unlimited = ConnectLedger(limit: 0)
    #expect((0..<1_000).allSatisfy { _ in unlimited.admit("a", nowMillis: 0) == nil })
    let venue = SimulatedVenue.small { $0.connectLimit = 1 }
    #expect(venue.refusal(client: "a", nowMillis: 1) == nil)
    #expect(venue.refusal(client: "a", nowMillis: 1)?.status == 429)
  }

  @Test func pongsAreMessagesToo() throws {
    let (venue, start) = try Self.venue("")
    let session = try Self.open(venue, "/market/ws")
    for _ in 0..<10 { venue.pong(session, nowMillis: start) }
    #expect(!session.isClosed)
    venue.pong(session, nowMillis: start)
    #expect(session.isClosed)
  }
}
