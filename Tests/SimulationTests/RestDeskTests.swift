import Foundation
import Testing

@testable import Simulation

@Suite struct RestDeskTests {
  struct WireTrade: Decodable, Equatable {
    var id: Int64
    var timeMillis: Int64

    enum CodingKeys: String, CodingKey {
      case id = "a"
      case timeMillis = "T"
    }
  }

  static func get(_ venue: SimulatedVenue, _ path: String, _ parameters: [String: String] = [:], at now: Int64? = nil)
    -> RestResponse
  {
    venue.respond(to: RestRequest("GET", path, parameters), nowMillis: now ?? venue.settings.startMillis)
  }

  static func trades(_ venue: SimulatedVenue, _ parameters: [String: String]) throws -> [WireTrade] {
    let all = parameters.merging(["symbol": "BTCUSDT"]) { first, _ in first }
    return try JSONDecoder().decode([WireTrade].self, from: Data(get(venue, "/fapi/v1/aggTrades", all).body))
  }

  @Test func pagingByIDCoversHistoryAndLiveWithoutAHole() throws {
    let venue = SimulatedVenue.small(change: { $0.weightLimit = 0 })
    let start = venue.settings.startMillis
    let session = try #require(venue.open(path: "/market/ws/btcusdt@aggTrade", streams: nil, nowMillis: start))
    for step in 1...60 { venue.advance(to: start + Int64(step) * 1_000) }
    let tape = try #require(venue.tape("BTCUSDT"))
    var next = try #require(tape.first).id
    let first = next
    while true {
      let page = try Self.trades(venue, ["fromId": String(next), "limit": "1000"])
      guard let last = page.last else { break }
      #expect(page.map(\.id) == Array(next...last.id))
      #expect(zip(page, page.dropFirst()).allSatisfy { $0.timeMillis <= $1.timeMillis })
      next = last.id + 1
    }
    #expect(next - first == Int64(tape.count))
    let streamed = session.takeFrames().texts
    #expect(streamed.count > 60)
    let lastStreamed = try JSONDecoder().decode(WireTrade.self, from: Data(try #require(streamed.last).utf8))
    #expect(lastStreamed.id == next - 1)
  }

  @Test func timesAndLimitsSelectTrades() throws {
    let venue = SimulatedVenue.small()
    let start = venue.settings.startMillis
    let newest = try Self.trades(venue, ["limit": "7"])
    #expect(newest.count == 7)
    #expect(newest.last?.id == venue.tape("BTCUSDT")?.last?.id)
    #expect(try Self.trades(venue, [:]).count == 500)
    let from = start - 600_000
    let window = try Self.trades(venue, ["startTime": "\(from)", "endTime": "\(from + 10_000)", "limit": "1000"])
    #expect(!window.isEmpty)
    #expect(window.allSatisfy { (from...(from + 10_000)).contains($0.timeMillis) })
    let earlier = try Self.trades(venue, ["endTime": "\(from)", "limit": "3"])
    #expect(earlier.count == 3 && earlier.allSatisfy { $0.timeMillis <= from })
  }

  @Test(arguments: [
    (["symbol": "NOTAREALSYM"], #"{"code":-1121,"msg":"Invalid symbol."}"#),
    (["symbol": "BTCUSDT", "limit": "1001"], #"{"code":-1130,"msg":"Data sent for parameter 'limit' is not valid."}"#),
    (["symbol": "BTCUSDT", "limit": "0"], #"{"code":-1130,"msg":"Data sent for parameter 'limit' is not valid."}"#),
    (
      [:],
      #"{"code":-1102,"msg":"Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."}"#
    ),
    (
      ["symbol": "BTCUSDT", "fromId": "1", "startTime": "1"],
      #"{"code":-1128,"msg":"Combination of optional parameters invalid."}"#
    ),
    (
      ["symbol": "BTCUSDT", "startTime": "1", "endTime": "3600001"],
      #"{"code":-1127,"msg":"More than 1 hours between startTime and endTime."}"#
    ),
    (
      ["symbol": "BTCUSDT", "startTime": "2", "endTime": "1"],
      #"{"code":-1023,"msg":"Start time is greater than end time."}"#
    ),
  ])
  func wrongParametersAreRefusedInTheVenuesWords(parameters: [String: String], body: String) {
    let response = Self.get(.small(), "/fapi/v1/aggTrades", parameters)
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self) == body)
  }

  @Test func unknownPathsAndIntervalsAreRefused() {
    let venue = SimulatedVenue.small()
    #expect(Self.get(venue, "/fapi/v1/nothing").status == 404)
    #expect(venue.respond(to: RestRequest("POST", "/fapi/v1/time"), nowMillis: 1).status == 404)
    let response = Self.get(venue, "/fapi/v1/klines", ["symbol": "BTCUSDT", "interval": "1s", "limit": "1"])
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self) == #"{"code":-1120,"msg":"Invalid interval."}"#)
  }

  @Test func klinesAreTheCandlesOfTheTrades() throws {
    let venue = SimulatedVenue.small()
    let tape = try #require(venue.tape("BTCUSDT"))
    let response = Self.get(venue, "/fapi/v1/klines", ["symbol": "BTCUSDT", "interval": "5m", "limit": "3"])
    let rows = try JSONDecoder().decode([[JSONValue]].self, from: Data(response.body))
    #expect(rows.count == 3)
    for row in rows {
      guard case .unsigned(let open) = row[0] else {
        Issue.record("a candle begins with its time")
        continue
      }
      let begin = tape.position(ofTime: Int64(open))
      let end = tape.position(ofTime: Int64(open) + 300_000)
      let trades = (begin..<end).map { tape[$0] }
      var high = WireText()
      high.fixed(trades.map(\.priceE8).max() ?? 0, digits: 2)
      var volume = WireText()
      volume.fixed(trades.map(\.quantityE8).reduce(0, +), digits: 3)
      #expect(row[2] == .string(high.string))
      #expect(row[5] == .string(volume.string))
      #expect(row[6] == .unsigned(open + 299_999))
    }
  }

  @Test func weightsAreCountedAndEnforcedPerMinuteAndAddress() throws {
    let venue = SimulatedVenue.small()
    let minute = (venue.settings.startMillis / 60_000 + 1) * 60_000
    for call in 1...120 {
      let response = Self.get(venue, "/fapi/v1/aggTrades", ["symbol": "BTCUSDT", "limit": "1"], at: minute + 15_000)
      #expect(response.status == 200)
      #expect(response.headers.first?.value == String(call * 20))
    }
    let refused = Self.get(venue, "/fapi/v1/time", at: minute + 15_000)
    #expect(refused.status == 429)
    #expect(refused.headers.map(\.name) == ["X-MBX-USED-WEIGHT-1M", "Retry-After"])
    #expect(refused.headers.map(\.value) == ["2400", "45"])
    #expect(String(decoding: refused.body, as: UTF8.self).hasPrefix(#"{"code":-1003,"#))
    let other = RestRequest("GET", "/fapi/v1/time", client: "127.0.0.2")
    #expect(venue.respond(to: other, nowMillis: minute + 15_000).status == 200)
    #expect(Self.get(venue, "/fapi/v1/time", at: minute + 60_000).headers.first?.value == "1")
  }

  @Test func whoGoesOnAfter429IsBanned() {
    var ledger = WeightLedger(limitPerMinute: 10, patience: 2)
    #expect(ledger.charge("a", weight: 10, nowMillis: 0) == .served(used: 10))
    #expect(ledger.charge("a", weight: 1, nowMillis: 1_000) == .limited(used: 10, retrySeconds: 59))
    #expect(ledger.charge("a", weight: 1, nowMillis: 1_000) == .limited(used: 10, retrySeconds: 59))
    #expect(ledger.charge("a", weight: 1, nowMillis: 1_000) == .banned(used: 10, untilMillis: 121_000))
    #expect(ledger.charge("a", weight: 1, nowMillis: 120_999) == .banned(used: 0, untilMillis: 121_000))
    #expect(ledger.charge("a", weight: 1, nowMillis: 121_000) == .served(used: 1))
  }

  @Test(arguments: [
    ("/fapi/v1/klines", "99", 1 as Int64), ("/fapi/v1/klines", "100", 2), ("/fapi/v1/klines", "500", 5),
    ("/fapi/v1/klines", "1000", 5), ("/fapi/v1/klines", "1001", 10), ("/fapi/v1/aggTrades", "1", 20),
    ("/fapi/v1/premiumIndex", "1", 10), ("/fapi/v1/exchangeInfo", "1", 1),
  ])
  func weightsAreTheDocumentedOnes(path: String, limit: String, weight: Int64) {
    #expect(SimulatedVenue.weight(of: RestRequest("GET", path, ["limit": limit])) == weight)
  }

  @Test func premiumIndexIsOneObjectOrAllOfThem() throws {
    let venue = SimulatedVenue.small()
    let one = Self.get(venue, "/fapi/v1/premiumIndex", ["symbol": "ETHUSDT"]).body
    let all = Self.get(venue, "/fapi/v1/premiumIndex").body
    guard case .object(let mark) = try JSONDecoder().decode(JSONValue.self, from: Data(one)),
      case .array(let marks) = try JSONDecoder().decode(JSONValue.self, from: Data(all))
    else {
      Issue.record("one symbol is an object, none is an array")
      return
    }
    #expect(mark["symbol"] == .string("ETHUSDT"))
    #expect(marks.count == 2 && marks[1] == .object(mark))
  }

  @Test func exchangeInfoListsEverySymbolAndTheLimits() throws {
    let body = String(decoding: Self.get(.small(), "/fapi/v1/exchangeInfo").body, as: UTF8.self)
    guard case .object(let info) = try JSONDecoder().decode(JSONValue.self, from: Data(body.utf8)),
      case .array(let symbols)? = info["symbols"]
    else {
      Issue.record("exchangeInfo is an object with symbols")
      return
    }
    #expect(
      Set(info.keys) == [
        "timezone", "serverTime", "futuresType", "rateLimits", "exchangeFilters", "assets", "symbols",
      ])
    #expect(symbols.count == 2)
    #expect(body.contains(#""rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":2400"#))
  }

  @Test func klinesBeginWithTheFirstCandleThereIs() throws {
    let venue = SimulatedVenue.small()
    let parameters = ["symbol": "BTCUSDT", "interval": "1m", "startTime": "1", "limit": "2"]
    let body = Self.get(venue, "/fapi/v1/klines", parameters).body
    let rows = try JSONDecoder().decode([[JSONValue]].self, from: Data(body))
    let first = try #require(venue.tape("BTCUSDT")?.first).timeMillis / 60_000 * 60_000
    #expect(rows.map(\.[0]) == [.unsigned(UInt64(first)), .unsigned(UInt64(first + 60_000))])
  }

  @Test func tradesOlderThanTheWindowAreNoLongerServed() throws {
    let venue = SimulatedVenue.small(change: {
      $0.retentionMillis = 600_000
      $0.weightLimit = 0
    })
    let now = venue.settings.startMillis + 1_200_000
    venue.advance(to: now)
    let oldest = try #require(try Self.trades(venue, ["fromId": "0", "limit": "1"]).first)
    // Whole chunks leave: what stays may be up to a chunk older than the window.
    #expect(oldest.timeMillis > now - 600_000 - 4_096 * 1_000)
    #expect(oldest.timeMillis > venue.settings.startMillis - 30 * 60_000 + 60_000)
  }
}
