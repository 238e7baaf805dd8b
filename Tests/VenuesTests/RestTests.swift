import CRecords
import Domain
import Foundation
import Synchronization
import Testing

@testable import Venues

@Suite(.serialized, .timeLimit(.minutes(1)))
struct RestTests {
  private static let certificate = TestCertificate()

  private static func rest(_ venue: TestVenue) throws -> BinanceRest {
    try BinanceRest(
      endpoints: .sim(host: "localhost", port: venue.port), trust: TLSTrust(caFile: certificate.file),
      logger: quietLogger())
  }

  /// Answers every request alike, and keeps the connection.
  private static func always(_ status: Int, _ body: String, _ headers: [String] = []) -> TestVenue {
    TestVenue(certificate) { connection, _ in
      while connection.readHead() != nil { connection.answer(status, body, headers: headers) }
    }
  }

  @Test func oneConnectionServesManyCalls() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        let millis = Int64(Date().timeIntervalSince1970 * 1_000) + 90_000
        connection.answer(head.hasPrefix("GET /fapi/v1/time HTTP/1.1\r\n") ? 200 : 404, #"{"serverTime":\#(millis)}"#)
      }
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    for _ in 0..<3 {
      let time = try rest.serverTime()
      #expect(abs(time.offsetMillis - 90_000) < 1_000)
    }
    #expect(venue.connectionCount == 1)
  }

  /// It is added to every reading of our clock: out of range it would end the process.
  @Test(arguments: ["-9223372036854775808", "9223372036854775807", "0", "1789478299"])
  func anImpossibleServerTimeIsRefused(time: String) throws {
    let venue = Self.always(200, #"{"serverTime":\#(time)}"#)
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    #expect(throws: VenueError.self) { try rest.serverTime() }
  }

  @Test func aClosedKeptConnectionIsReplacedOnce() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      // Says nothing about closing, then closes.
      if connection.readHead() != nil { connection.answer(200, #"{"serverTime":1789478299014}"#) }
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    for _ in 0..<3 {
      #expect(try rest.serverTime().serverMillis == 1_789_478_299_014)
      usleep(50_000)
    }
    #expect(venue.connectionCount == 3)
  }

  @Test func chunkedAndUndelimitedBodiesAreRead() throws {
    let venue = TestVenue(Self.certificate) { connection, number in
      _ = connection.readHead()
      if number == 0 {
        connection.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n")
        connection.write(
          "Connection: close\r\n\r\n5;x=y\r\n{\"ser\r\n16\r\nverTime\":1789478212345\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n")
      } else {
        connection.write("HTTP/1.1 200 OK\r\n\r\n{\"serverTime\":1789478267890}")
      }
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    #expect(try rest.serverTime().serverMillis == 1_789_478_212_345)
    #expect(try rest.serverTime().serverMillis == 1_789_478_267_890)
  }

  @Test(arguments: [
    (429, #"{"code":-1003,"msg":"Too many requests"}"#, ["Retry-After: 7"], Int64(7_000)),
    (
      429, #"{"code":-1003,"msg":"Too many requests"}"#,
      ["Date: Tue, 03 Nov 2026 08:49:37 GMT", "Retry-After: Tue, 03 Nov 2026 08:51:07 GMT"], 90_000
    ),
    (418, #"{"code":-1003,"msg":"Way too many requests"}"#, [], 120_000),
    (403, "<html>\n<title>no</title>", [], 60_000),
  ])
  func rateLimitsTellHowLongToWait(status: Int, body: String, headers: [String], waitMillis: Int64) throws {
    let venue = Self.always(status, body, headers)
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    do {
      _ = try rest.serverTime()
      Issue.record("no error")
    } catch .rateLimited(let operation, let told, let millis, _) {
      #expect(operation == "GET /fapi/v1/time")
      #expect(told == status)
      #expect(millis == waitMillis)
    }
  }

  @Test func aBanTellsItsEnd() {
    let answer = RestAnswer(
      status: 418, usedWeight: nil, retryAfterMillis: nil,
      body: Array(#"{"code":-1003,"msg":"Way too many; IP(1.2.3.4) banned until 1789478399014. Use .."}"#.utf8))
    let error = Refusal.error("GET /x", answer, nowMillis: 1_789_478_299_014)
    guard case .rateLimited(_, 418, 100_000, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  /// The budget adds to what the venue told: beyond any limit, a number must not leave Int.
  @Test(arguments: [("9223372036854775807", 10_000_000), ("-1", 0), ("2400", 2_400)])
  func aWeightThatCannotBeIsBounded(told: String, weight: Int) throws {
    let response = HttpResponse(
      status: 200, headers: [("x-mbx-used-weight-1m", told)], body: [], keepsAlive: true)
    let answer = try RestClient.answer(response)
    #expect(answer.usedWeight == weight)
  }

  @Test func refusalsCarryTheVenuesWords() throws {
    let venue = Self.always(400, #"{"code":-1121,"msg":"Invalid symbol."}"#)
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    let expected = VenueError.rejected(
      operation: "GET /fapi/v1/aggTrades", status: 400, code: -1121, message: "Invalid symbol.")
    #expect(throws: expected) { try rest.aggTrades(symbol: "NO", symbolIndex: 0, from: .fromId(1)) }
    #expect(!expected.isTransient)
  }

  @Test(arguments: [
    "[{\"a\":1}]", "not json", "{}",
    #"[{"a":5,"p":"1e3","q":"1","f":1,"l":1,"T":1,"m":true}]"#,
    #"[{"a":5,"p":"1","q":"1","f":1,"l":1,"T":1,"m":true},{"a":5,"p":"1","q":"1","f":1,"l":1,"T":1,"m":true}]"#,
    #"[{"a":1,"p":"1","q":"1","f":1,"l":1,"T":1,"m":true}]"#,
  ])
  func malformedPagesNameTheEndpoint(body: String) throws {
    let venue = Self.always(200, body)
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    do {
      _ = try rest.aggTrades(symbol: "BTCUSDT", symbolIndex: 0, from: .fromId(2))
      Issue.record("no error for \(body)")
    } catch .malformed(let operation, let detail) {
      #expect(operation == "GET /fapi/v1/aggTrades")
      #expect(!detail.isEmpty)
    }
  }

  @Test func tradesAreExactRecords() throws {
    let heads = Mutex<[String]>([])
    let body =
      #"[{"a":3450415493,"p":"76906.00","q":"0.004","nq":"0.004","f":8079747315,"l":8079747317,"T":1789478330891,"#
      + #""m":false},{"a":3450415495,"p":"76905.90","q":"0","f":8079747316,"l":8079747316,"T":1789478330948,"m":true}]"#
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        heads.withLock { $0.append(head) }
        connection.answer(200, body, headers: ["X-MBX-USED-WEIGHT-1M: 120"])
      }
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    let records = try rest.aggTrades(
      symbol: "币安USDT", symbolIndex: 3, from: .times(startMillis: 10, endMillis: 20), limit: 2)
    try #require(records.count == 2)
    #expect(records[0].kind == EventKind.historyTrade.rawValue)
    #expect(records[0].symbol == 3)
    #expect(records[0].price_e8 == 7_690_600_000_000)
    #expect(records[0].quantity_e8 == 400_000)
    #expect(records[0].first_id == 8_079_747_315)
    #expect(records[0].span == 2)
    #expect(records[0].flags == 0)
    #expect(records[1].flags == RecordFlags.sell)
    #expect(records[1].time_ms == 1_789_478_330_948)
    #expect(rest.state.usedWeight == 120)
    _ = try rest.aggTrades(symbol: "BTCUSDT", symbolIndex: 0, from: .fromId(7))
    let sent = heads.withLock { $0 }
    #expect(
      sent[0].hasPrefix(
        "GET /fapi/v1/aggTrades?symbol=%E5%B8%81%E5%AE%89USDT&limit=2&startTime=10&endTime=20 HTTP/1.1\r\n"))
    #expect(sent[1].hasPrefix("GET /fapi/v1/aggTrades?symbol=BTCUSDT&limit=1000&fromId=7 HTTP/1.1\r\n"))
  }

  @Test func instrumentsAreDecodedEntryByEntry() throws {
    let body = #"""
      {"symbols":[
        {"symbol":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT",
         "filters":[{"tickSize":"0.10","filterType":"PRICE_FILTER"},
                    {"minQty":"0.001","filterType":"LOT_SIZE","stepSize":"0.001","maxQty":"1000"},
                    {"stepSize":"0.002","maxQty":"120","filterType":"MARKET_LOT_SIZE","minQty":"0.002"},
                    {"notional":50,"filterType":"MIN_NOTIONAL"},{"filterType":"MAX_NUM_ORDERS","limit":200}]},
        {"symbol":"ODDUSDT","filters":"none"}, 17,
        {"symbol":"PEPEUSDT","status":"SETTLING","filters":[{"tickSize":"0.0000001","filterType":"PRICE_FILTER"},
         {"filterType":"LOT_SIZE","stepSize":"1","minQty":"1","maxQty":"999999999999999"}]}]}
      """#
    let venue = Self.always(200, body)
    defer { venue.stop() }
    let listings = try Self.rest(venue).exchangeInfo()
    #expect(
      listings == [
        InstrumentListing(
          instrument: Instrument(
            symbol: "BTCUSDT", tickSize: 10_000_000, lotSize: 100_000, minimumQuantity: 100_000,
            maximumQuantity: 100_000_000_000, minimumNotional: 5_000_000_000),
          contractType: "PERPETUAL", status: "TRADING", baseAsset: "BTC", quoteAsset: "USDT"),
        InstrumentListing(
          instrument: Instrument(
            symbol: "PEPEUSDT", tickSize: 10, lotSize: 100_000_000, minimumQuantity: 100_000_000,
            maximumQuantity: .max, minimumNotional: 0),
          contractType: "", status: "SETTLING"),
      ])
    #expect(listings[0].isTradablePerpetual && !listings[1].isTradablePerpetual)
  }

  @Test func recordedAnswersDecode() throws {
    let root =
      ProcessInfo.processInfo.environment["APUS_SHARED"]
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared").standardized.path
    let file = root + "/data/wire/fapi_rest_live_2026-09-15.jsonl"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      print("skipped: no recordings at \(file); set APUS_SHARED")
      return
    }
    struct Line: Decodable {
      var request: String
      var raw: String
    }
    let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    func raw(_ start: String) -> String {
      guard let line = lines.first(where: { $0.request.hasPrefix(start) }) else {
        Issue.record("no recorded answer to \(start)")
        return ""
      }
      return line.raw
    }
    let bodies = [
      "/fapi/v1/time": raw("GET /fapi/v1/time"), "/fapi/v1/aggTrades": raw("GET /fapi/v1/aggTrades"),
      "/fapi/v1/exchangeInfo": #"{"symbols":[\#(raw("exchangeInfo BTCUSDT entry"))]}"#,
    ]
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        let path = head.split(separator: " ")[1].split(separator: "?")[0]
        connection.answer(200, bodies[String(path)] ?? "")
      }
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    #expect(try rest.serverTime().serverMillis == 1_789_478_299_014)
    #expect(try rest.exchangeInfo().map(\.instrument.minimumNotional) == [5_000_000_000])
    let trades = try rest.aggTrades(symbol: "BTCUSDT", symbolIndex: 0, from: .fromId(0), limit: 2)
    #expect(trades.map(\.id) == [3_450_415_493, 3_450_415_494])
    #expect(trades.map(\.price_e8) == [7_690_600_000_000, 7_690_590_000_000])
  }

  @Test func failuresAreTypedAndBounded() throws {
    let silent = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      _ = connection.readHead()
    }
    let short = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
    }
    let huge = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    }
    let garbage = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      connection.write("SSH-2.0-nothing\r\n\r\n")
    }
    defer { for venue in [silent, short, huge, garbage] { venue.stop() } }
    func error(_ host: String, _ venue: TestVenue, ca: TestCertificate = Self.certificate) throws -> VenueError? {
      let client = try RestClient(
        address: VenueAddress(host: host, port: venue.port), trust: TLSTrust(caFile: ca.file))
      do {
        _ = try client.get("/x", timeoutMillis: 300)
        return nil
      } catch {
        return error
      }
    }
    let port = silent.port
    #expect(
      try error("localhost", silent)
        == .connection(
          operation: "GET /x", .timedOut(host: "localhost", port: port, step: "waiting for the answer")))
    guard case .connection(_, .lost) = try error("localhost", short) else { Issue.record("short"); return }
    guard case .malformed = try error("127.0.0.1", huge) else { Issue.record("huge"); return }
    guard case .malformed = try error("localhost", garbage) else { Issue.record("garbage"); return }
    let other = TestCertificate()
    guard case .connection(_, .notTrusted) = try error("localhost", silent, ca: other) else {
      Issue.record("untrusted")
      return
    }
    guard case .connection(_, .nameNotResolved) = try error("no-such-host.invalid", silent) else {
      Issue.record("unresolved")
      return
    }
    let elsewhere = TestCertificate(names: "DNS:venue.example")
    let named = TestVenue(elsewhere) { connection, _ in _ = connection.readHead() }
    defer { named.stop() }
    guard case .connection(_, .hostMismatch) = try error("127.0.0.1", named, ca: elsewhere) else {
      Issue.record("mismatch")
      return
    }
  }

  @Test func stopEndsARunningCall() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      _ = connection.readHead()
      _ = connection.readHead()
    }
    defer { venue.stop() }
    let rest = try Self.rest(venue)
    Thread.detachNewThread {
      usleep(100_000)
      rest.stop()
    }
    let began = Date()
    #expect(throws: VenueError.connection(operation: "GET /fapi/v1/time", .stopped)) { try rest.serverTime() }
    #expect(Date().timeIntervalSince(began) < 2)
  }
}
