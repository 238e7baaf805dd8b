import CClock
import CRecords
import Domain
import Foundation
import Synchronization
import Testing

@testable import Venues

@Suite(.serialized, .timeLimit(.minutes(2)))
struct FeedTests {
  private static let certificate = TestCertificate()

  @Test(arguments: ["localhost", "127.0.0.1"])
  func tradesArriveInTheRing(host: String) throws {
    let head = Mutex("")
    let venue = TestVenue(Self.certificate) { connection, _ in
      let request = connection.acceptWebSocket() ?? ""
      head.withLock { $0 = request }
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      connection.send(tradeFrame("BTCUSDT", id: 5, sell: true))
      connection.send(tradeFrame("ETHUSDT", id: 6, price: "3010.79"))
      connection.readToEnd()
    }
    defer { venue.stop() }
    let rig = try FeedRig(host: host, port: venue.port, ca: Self.certificate.file)
    #expect(try rig.run { rig.counts.trades == 2 && rig.feed.state == .streaming }, "\(rig.reasons)")
    let records = rig.records()
    try #require(records.count == 2)
    #expect(records[0].kind == EventKind.trade.rawValue)
    #expect(records[0].flags == RecordFlags.sell)
    #expect(records[0].symbol == 0)
    #expect(records[0].id == 5)
    #expect(records[0].time_ms == 1_771_263_510_041)
    #expect(records[0].price_e8 == 6_800_510_000_000)
    #expect(records[0].quantity_e8 == 269_500_000)
    #expect(records[0].first_id == 7_297_376_181)
    #expect(records[0].span == 26)
    #expect(records[1].symbol == 1)
    #expect(records[1].flags == 0)
    #expect(rig.stages[.turn].snapshot().count >= 1)
    // Stamped by the turn that read them, in full: uncalibrated stamps are the monotonic clock.
    let nowNanos = apus_monotonic_nanos()
    #expect(records.allSatisfy { $0.arrivalNanos <= nowNanos && nowNanos - $0.arrivalNanos < 30_000_000_000 })
    let request = head.withLock { $0 }
    #expect(request.hasPrefix("GET /market/stream HTTP/1.1\r\n"))
    #expect(request.contains("Host: \(host):\(venue.port)\r\n"), "\(request)")
    #expect(!request.lowercased().contains("sec-websocket-extensions"))
    #expect(rig.feed.state == .stopped)
    #expect(rig.states.all.withLock { $0 } == [.resolving, .connecting, .subscribing, .streaming, .stopped])
  }

  @Test func fragmentsAreJoinedAndOversizedMessagesSkipped() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      let bytes = Array(tradeFrame("BTCUSDT", id: 7).utf8)
      connection.send(Array(bytes[..<40]), isLast: false)
      connection.send("", opcode: 9)
      connection.send(Array(bytes[40..<90]), opcode: 0, isLast: false)
      connection.send(Array(bytes[90...]), opcode: 0)
      // Whole, then in two parts.
      connection.send([UInt8](repeating: 0x20, count: 300_000))
      connection.send([UInt8](repeating: 0x20, count: 200_000), isLast: false)
      connection.send([UInt8](repeating: 0x20, count: 200_000), opcode: 0)
      // Within the limit: white space before a trade is still a trade.
      connection.send([UInt8](repeating: 0x20, count: 200_000) + Array(tradeFrame("BTCUSDT", id: 8).utf8))
      connection.send("garbage")
      connection.send("")
      connection.send(#"{"e":"markPriceUpdate","s":"BTCUSDT"}"#)
      connection.send(tradeFrame("DOGEUSDT", id: 1))
      connection.send(tradeFrame("BTCUSDT", id: 9, price: "1e5"))
      connection.send(tradeFrame("BTCUSDT", id: 10))
      connection.readToEnd()
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    #expect(try rig.run { rig.counts.trades == 3 }, "\(rig.counts) \(rig.reasons)")
    #expect(rig.records().map(\.id) == [7, 8, 10])
    let counts = rig.counts
    #expect(counts.oversized == 2)
    #expect(counts.malformed == 2)
    #expect(counts.other == 1)
    #expect(counts.unknownSymbol == 1)
    #expect(counts.badNumber == 1)
    #expect(counts.control == 1)
    #expect(counts.frames == 9)
    #expect(counts.connects == 1)
  }

  @Test func aFullRingRefusesAndCounts() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      for id in 1...10 { connection.send(tradeFrame("BTCUSDT", id: Int64(id))) }
      connection.readToEnd()
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, ringCapacity: 4)
    #expect(try rig.run { rig.counts.trades == 10 }, "\(rig.counts) \(rig.reasons)")
    // One place of the four tells that nothing is heard yet.
    #expect(rig.counts.ringRefused == 7)
    #expect(rig.records().map(\.id) == [1, 2, 3])
  }

  @Test func reconnectsAndSubscribesAgainAfterACut() throws {
    let subscriptions = Mutex<[String]>([])
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      if let text = connection.readText() { subscriptions.withLock { $0.append(text) } }
      connection.send(#"{"result":null,"id":1}"#)
      connection.send(tradeFrame("BTCUSDT", id: Int64(number + 1)))
      switch number {
      case 0: break
      case 1:
        connection.send([0x03, 0xE9] + Array("bye".utf8), opcode: 8)
        connection.readToEnd()
      default: connection.readToEnd()
      }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    #expect(try rig.run { rig.counts.trades == 3 && rig.feed.state == .streaming }, "\(rig.counts) \(rig.reasons)")
    #expect(rig.records().map(\.id) == [1, 2, 3])
    #expect(rig.counts.connects == 3)
    #expect(rig.counts.disconnects == 2)
    let sent = subscriptions.withLock { $0 }
    #expect(sent.count == 3 && Set(sent).count == 1)
    let reasons = rig.reasons
    try #require(reasons.count == 2)
    #expect(reasons[0].contains("was lost"))
    #expect(reasons[1].contains("code 1001: bye"))
  }

  @Test func failuresSayWhatWhereAndWhatToDo() throws {
    let other = TestCertificate()
    let elsewhere = TestCertificate(names: "DNS:venue.example")
    let venue = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      connection.answer(404, "no")
    }
    let named = TestVenue(elsewhere) { connection, _ in connection.readToEnd() }
    defer {
      venue.stop()
      named.stop()
    }
    let refused = TestVenue(Self.certificate) { _, _ in }
    let refusedPort = refused.port
    refused.stop()
    let cases: [(rig: FeedRig, expected: String)] = [
      (try FeedRig(port: venue.port, ca: other.file), "is not trusted by CA file \(other.file)"),
      (try FeedRig(port: venue.port, ca: nil), "is not trusted by this system"),
      (try FeedRig(port: named.port, ca: elsewhere.file), "is made out to another name than localhost"),
      (
        try FeedRig(host: "127.0.0.1", port: named.port, ca: elsewhere.file),
        "is made out to another name than 127.0.0.1"
      ),
      (try FeedRig(port: refusedPort, ca: Self.certificate.file), "localhost:\(refusedPort) refused the connection"),
      (try FeedRig(host: "no-such-host.invalid", port: 443, ca: nil), "no-such-host.invalid could not be resolved"),
      (try FeedRig(port: venue.port, ca: Self.certificate.file), "answered /market/stream with HTTP 404"),
    ]
    for (rig, expected) in cases {
      #expect(try rig.run { !rig.reasons.isEmpty })
      let reason = rig.reasons.first ?? "none"
      #expect(reason.contains(expected), "\(reason)")
      #expect(!reason.contains("\n"))
    }
  }

  @Test func aMissingOrEmptyCaFileIsAnErrorAtOnce() throws {
    #expect(throws: VenueError.self) { try TLSTrust(caFile: "/nonexistent/ca.pem") }
    let empty = NSTemporaryDirectory() + "/apus-empty-\(UUID().uuidString).pem"
    try "not a certificate".write(toFile: empty, atomically: true, encoding: .utf8)
    defer { unlink(empty) }
    #expect(throws: VenueError.self) { try TLSTrust(caFile: empty) }
  }

  @Test func manySymbolsAreBatchedPacedAndSplit() throws {
    let messages = Mutex<[Int: [String]]>([:])
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      var id = 0
      while let text = connection.readText() {
        messages.withLock { $0[number, default: []].append(text) }
        id += 1
        connection.send(#"{"result":null,"id":\#(id)}"#)
      }
    }
    defer { venue.stop() }
    let symbols = (0..<1_150).map { "COIN\($0)USDT" }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file, symbols: symbols)
    #expect(try rig.run { rig.feed.state == .streaming }, "\(rig.counts) \(rig.reasons)")
    let sent = messages.withLock { $0.values.sorted { $0.count > $1.count } }
    // Two hundred streams a connection, a hundred a message.
    #expect(sent.map(\.count).sorted(by: >) == [2, 2, 2, 2, 2, 2])
    var streams: [String] = []
    for (number, text) in sent.joined().enumerated() {
      let message = try JSONDecoder().decode(SubscribeMessage.self, from: Data(text.utf8))
      #expect(message.method == "SUBSCRIBE")
      #expect(message.params.count <= 100)
      #expect(message.id == number % 2 + 1)
      streams += message.params
    }
    #expect(streams.sorted() == symbols.map { $0.lowercased() + "@aggTrade" }.sorted())
  }

  @Test(arguments: [
    #"{"code":2,"msg":"Invalid request: bad params"}"#, #"{"error":{"code":2,"msg":"Invalid request"},"id":ID}"#,
  ])
  func whereAllIsRefusedNothingStreams(answer: String) throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      var id = 0
      while connection.readText() != nil {
        id += 1
        connection.send(answer.replacingOccurrences(of: "ID", with: "\(id)"))
      }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    #expect(try rig.run { rig.counts.controlErrors == 3 && rig.counts.refusedStreams == 2 }, "\(rig.counts)")
    #expect(rig.states.all.withLock { $0 } == [.resolving, .connecting, .subscribing, .stopped])
    #expect(rig.counts.disconnects == 0)
  }

  @Test func aSilentPeerIsNoticedWithinTenSeconds() throws {
    let venue = TestVenue(Self.certificate) { connection, number in
      connection.acceptWebSocket()
      _ = connection.readText()
      connection.send(#"{"result":null,"id":1}"#)
      // Never reads again: no pong.
      if number == 0 { sleep(15) } else { connection.readToEnd() }
    }
    defer { venue.stop() }
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    try rig.feed.start()
    defer { rig.feed.stop() }
    #expect(eventually { rig.feed.state == .streaming })
    let began = Date()
    #expect(eventually(seconds: 12) { !rig.reasons.isEmpty })
    #expect(Date().timeIntervalSince(began) < 10)
  }

  @Test func stopsPromptlyInEveryState() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in connection.readToEnd() }
    defer { venue.stop() }
    // Upgrade never answered; then nothing started at all.
    let rig = try FeedRig(port: venue.port, ca: Self.certificate.file)
    try rig.feed.start()
    #expect(eventually { venue.connectionCount == 1 })
    let began = Date()
    rig.feed.stop()
    #expect(Date().timeIntervalSince(began) < 1)
    try FeedRig(port: 1, ca: Self.certificate.file).feed.stop()
  }

  private struct SubscribeMessage: Decodable {
    var method: String
    var params: [String]
    var id: Int
  }
}
