import Testing

@testable import Simulation

@Suite struct StreamSessionTests {
  let venue = SimulatedVenue.small()
  var start: Int64 { venue.settings.startMillis }

  func session(_ path: String, _ streams: String? = nil) throws -> StreamSession {
    try #require(venue.open(path: path, streams: streams, nowMillis: start))
  }

  func ask(_ session: StreamSession, _ text: String) -> String {
    venue.receive(Array(text.utf8), from: session, nowMillis: start)
    return session.takeFrames().texts.joined(separator: "|")
  }

  @Test func subscribeListAndUnsubscribe() throws {
    let session = try session("/market/stream")
    let names = #"["btcusdt@aggTrade","ethusdt@markPrice"]"#
    #expect(ask(session, #"{"method":"SUBSCRIBE","params":\#(names),"id":1}"#) == #"{"result":null,"id":1}"#)
    #expect(ask(session, #"{"method":"LIST_SUBSCRIPTIONS","id":3}"#) == #"{"result":\#(names),"id":3}"#)
    venue.advance(to: start + 10_000)
    #expect(
      session.takeFrames().texts.contains { $0.hasPrefix(#"{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","#) })
    #expect(
      ask(session, #"{"method":"UNSUBSCRIBE","params":["btcusdt@aggTrade"],"id":18446744073709551615}"#)
        == #"{"result":null,"id":18446744073709551615}"#)
    venue.advance(to: start + 20_000)
    let after = session.takeFrames().texts
    #expect(!after.isEmpty && after.allSatisfy { $0.contains("ethusdt@markPrice") })
  }

  @Test(arguments: [
    ("hello", #"{"code":3,"msg":"Invalid JSON: "#), ("[1]", #"{"code":2,"msg":"Invalid request: "#),
    (
      #"{"method":"LIST_SUBSCRIPTIONS","id":"x"}"#,
      #"{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}"#
    ),
    (
      #"{"method":"LIST_SUBSCRIPTIONS","id":-1}"#,
      #"{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}"#
    ),
    (#"{"id":1}"#, #"{"code":2,"msg":"Invalid request: missing field `method`"#),
    (#"{"method":"NONE","id":1}"#, #"{"code":2,"msg":"Invalid request: unknown variant `NONE`"#),
    (#"{"method":"SUBSCRIBE","params":[1],"id":1}"#, #"{"code":2,"msg":"Invalid request: "#),
    (
      #"{"method":"SET_PROPERTY","params":["combined","x"],"id":1}"#,
      #"{"code":1,"msg":"Invalid value type: expected Boolean"}"#
    ),
    (#"{"method":"SET_PROPERTY","params":["colour",true],"id":1}"#, #"{"code":0,"msg":"Unknown property"}"#),
  ])
  func wrongMessagesGetTheVenuesErrors(text: String, answer: String) throws {
    #expect(ask(try session("/market/ws"), text).hasPrefix(answer))
  }

  @Test func streamsOfAnotherRouteAreAcceptedAndSilent() throws {
    let addresses = [
      ("/market/ws/btcusdt@aggTrade", true), ("/market/ws/btcusdt@bookTicker", false), ("/ws/btcusdt@aggTrade", false),
      ("/ws/btcusdt@bookTicker", true), ("/public/ws/btcusdt@bookTicker", true), ("/public/ws/btcusdt@kline_5m", false),
      ("/market/ws/btcusdt@kline_5m", true), ("/market/ws/BTCUSDT@aggTrade", false),
      ("/market/ws/nope@aggTrade", false), ("/private/ws/btcusdt@aggTrade", false),
      ("/private/ws/btcusdt@bookTicker", false),
    ]
    let sessions = try addresses.map { try session($0.0) }
    let late = try session("/stream")
    #expect(ask(late, #"{"method":"SUBSCRIBE","params":["btcusdt@markPrice"],"id":9}"#) == #"{"result":null,"id":9}"#)
    venue.advance(to: start + 10_000)
    for (address, session) in zip(addresses, sessions) {
      #expect(session.takeFrames().isEmpty != address.1, "\(address.0)")
    }
    #expect(late.takeFrames().isEmpty)
    #expect(venue.open(path: "/other/ws", streams: nil, nowMillis: start) == nil)
  }

  @Test func theAccountsRouteOpensAndAnswers() throws {
    let session = try session("/private/stream")
    #expect(ask(session, #"{"method":"LIST_SUBSCRIPTIONS","id":4}"#) == #"{"result":[],"id":4}"#)
    #expect(venue.accepts(path: "/private/ws/a-listen-key", streams: nil))
    #expect(!venue.accepts(path: "/private", streams: nil))
  }

  @Test func aUUIDNamesAMessageAndComesBackAsSent() throws {
    let id = "\"1aabfb69-3187-4829-82A2-70a7bb1a4612\""
    let message = #"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":\#(id)}"#
    let session = try session("/market/stream")
    #expect(ask(session, message) == #"{"result":null,"id":\#(id)}"#)
    venue.advance(to: start + 5_000)
    #expect(!session.takeFrames().isEmpty)
  }

  @Test(arguments: ["\"\"", "\"1\"", "\"1aabfb69-3187-4829-82a2-70a7bb1a461\"", "null", "1.5", "true"])
  func anotherIDIsRefused(id: String) throws {
    let answer = ask(try session("/market/stream"), #"{"method":"LIST_SUBSCRIPTIONS","id":\#(id)}"#)
    #expect(answer == #"{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}"#)
  }

  @Test func combinedIsAPropertyOfTheConnection() throws {
    let session = try session("/market/ws/btcusdt@aggTrade")
    #expect(ask(session, #"{"method":"GET_PROPERTY","params":["combined"],"id":1}"#) == #"{"result":false,"id":1}"#)
    venue.advance(to: start + 5_000)
    #expect(session.takeFrames().texts.allSatisfy { $0.hasPrefix(#"{"e":"aggTrade""#) })
    #expect(ask(session, #"{"method":"SET_PROPERTY","params":["combined",true],"id":2}"#) == #"{"result":null,"id":2}"#)
    venue.advance(to: start + 10_000)
    let texts = session.takeFrames().texts
    #expect(!texts.isEmpty && texts.allSatisfy { $0.hasPrefix(#"{"stream":"btcusdt@aggTrade","data":{"#) })
  }

  @Test func aConnectionHolds1024Streams() throws {
    let session = try session("/market/ws")
    let names = (0..<1_025).map { "\"s\($0)usdt@aggTrade\"" }.joined(separator: ",")
    #expect(ask(session, #"{"method":"SUBSCRIBE","params":[\#(names)],"id":1}"#).hasPrefix(#"{"code":2,"#))
    #expect(session.subscriptions.isEmpty)
  }

  @Test func elevenMessagesInASecondEndTheConnection() throws {
    let session = try session("/market/ws")
    for _ in 0..<11 {
      venue.receive(Array(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#.utf8), from: session, nowMillis: start)
    }
    #expect(session.isClosed)
    #expect(session.takeFrames().frames.last?.kind == .close)
  }

  @Test func pingsComeEveryThreeMinutesAndSilenceEndsAfterTen() throws {
    let session = try session("/market/ws")
    let answering = try self.session("/market/ws")
    var pings = 0
    for second in 1...1_000 {
      let now = start + Int64(second) * 1_000
      venue.advance(to: now)
      for frame in answering.takeFrames().frames where frame.kind == .ping {
        pings += 1
        venue.pong(answering, nowMillis: now)
      }
    }
    #expect(pings == 5)
    #expect(session.isClosed && !answering.isClosed)
  }

  @Test func aClosedCandleIsToldOnceAndFinal() throws {
    let session = try session("/market/ws/btcusdt@kline_1m")
    for step in 1...520 { venue.advance(to: start + Int64(step) * 250) }
    let closed = session.takeFrames().texts.filter { $0.contains(#""x":true"#) }
    #expect(closed.count == 2)
    #expect(Set(closed).count == 2)
  }

  @Test func theSameSeedAndMessagesGiveTheSameBytes() throws {
    func run(_ step: Int64) throws -> [String] {
      let venue = SimulatedVenue.small(lively: true)
      let start = venue.settings.startMillis
      let session = try #require(
        venue.open(
          path: "/market/stream", streams: "btcusdt@aggTrade/ethusdt@kline_1m/ethusdt@markPrice@1s", nowMillis: start))
      for time in stride(from: start, through: start + 70_000, by: Int(step)) { venue.advance(to: time) }
      return session.takeFrames().texts
    }
    let fine = try run(10)
    #expect(fine.count > 300)
    #expect(try run(1_000) == fine)
  }
}
