import Foundation
import Testing

@testable import Simulation

/// Symbols that come and go, and the names and kinds they may have.
@Suite struct ListingTests {
  static func symbols(_ venue: SimulatedVenue, at now: Int64) throws -> [String] {
    struct Info: Decodable {
      struct Symbol: Decodable {
        var symbol: String
        var status: String
        var contractType: String
      }
      var symbols: [Symbol]
    }
    let body = RestDeskTests.get(venue, "/fapi/v1/exchangeInfo", at: now).body
    return try JSONDecoder().decode(Info.self, from: Data(body)).symbols.map {
      "\($0.symbol) \($0.status) \($0.contractType)"
    }
  }

  @Test func aSymbolIsUnknownUntilItIsListed() throws {
    let venue = try SimulatedVenue.scripted(#"{"fault":"list","at_ms":10000,"symbol":"ETHUSDT"}"#)
    let start = venue.settings.startMillis
    let paths = ["aggTrades", "klines", "premiumIndex", "ticker/24hr"].map { "/fapi/v1/" + $0 }
    let parameters = ["symbol": "ETHUSDT", "interval": "1m"]
    let session = try #require(
      venue.open(
        path: "/market/ws/ethusdt@aggTrade/ethusdt@markPrice@1s/ethusdt@kline_1m", streams: nil, nowMillis: start))
    venue.advance(to: start + 9_999)
    for path in paths {
      let response = RestDeskTests.get(venue, path, parameters, at: start + 9_999)
      #expect(String(decoding: response.body, as: UTF8.self) == #"{"code":-1121,"msg":"Invalid symbol."}"#)
    }
    #expect(try Self.symbols(venue, at: start + 9_999) == ["BTCUSDT TRADING PERPETUAL"])
    #expect(session.takeFrames().isEmpty && venue.tape("ETHUSDT")?.count == 0)
    let all = RestDeskTests.get(venue, "/fapi/v1/ticker/24hr", at: start + 9_999).body
    #expect(!String(decoding: all, as: UTF8.self).contains("ETHUSDT"))
    venue.advance(to: start + 30_000)
    for path in paths { #expect(RestDeskTests.get(venue, path, parameters, at: start + 30_000).status == 200) }
    #expect(try Self.symbols(venue, at: start + 10_000).last == "ETHUSDT TRADING PERPETUAL")
    let first = try #require(venue.tape("ETHUSDT")?.first)
    #expect(first.timeMillis + venue.settings.publishLagMillis >= start + 10_000)
    #expect(session.takeFrames().texts.contains { $0.contains("aggTrade") && $0.contains("\"a\":\(first.id),") })
  }

  @Test func aDelistedSymbolSettlesAndTradesNoMore() throws {
    let venue = try SimulatedVenue.scripted(#"{"fault":"delist","at_ms":5000,"symbol":"BTCUSDT"}"#)
    let start = venue.settings.startMillis
    let session = try #require(venue.open(path: "/market/ws/btcusdt@aggTrade", streams: nil, nowMillis: start))
    venue.advance(to: start + 5_000)
    #expect(try Self.symbols(venue, at: start + 4_999).first == "BTCUSDT TRADING PERPETUAL")
    #expect(try Self.symbols(venue, at: start + 5_000).first == "BTCUSDT SETTLING PERPETUAL")
    #expect(!session.takeFrames().isEmpty)
    let last = venue.tape("BTCUSDT")?.last
    venue.advance(to: start + 60_000)
    #expect(session.takeFrames().isEmpty && venue.tape("BTCUSDT")?.last == last)
    #expect(RestDeskTests.get(venue, "/fapi/v1/aggTrades", ["symbol": "BTCUSDT"], at: start + 60_000).status == 200)
  }

  @Test func someAreOfShares() throws {
    let venue = SimulatedVenue.small { $0.tradifiSymbols = ["ETHUSDT"] }
    #expect(
      try Self.symbols(venue, at: venue.settings.startMillis)
        == ["BTCUSDT TRADING PERPETUAL", "ETHUSDT TRADING TRADIFI_PERPETUAL"])
  }

  @Test func namesNeedNotBeASCII() throws {
    let symbol = "币安人生ÄUSDT"
    var settings = SyntheticMarket.Settings(startMillis: 1_791_391_082_000)
    settings.historyMillis = 600_000
    let market = SyntheticMarket(instruments: [InstrumentCatalog.instrument(symbol)], settings: settings)
    let venue = SimulatedVenue(market: market, settings: VenueSettings(startMillis: settings.startMillis))
    let session = try #require(
      venue.open(path: "/market/ws/币安人生äusdt@aggTrade", streams: nil, nowMillis: settings.startMillis))
    venue.advance(to: settings.startMillis + 10_000)
    #expect(session.takeFrames().texts.first?.contains(#""s":"币安人生ÄUSDT","#) == true)
    #expect(RestDeskTests.get(venue, "/fapi/v1/aggTrades", ["symbol": symbol]).status == 200)
  }
}
