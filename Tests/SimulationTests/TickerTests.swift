import Foundation
import Testing

@testable import Simulation

/// The 24 h ticker is what a walk over the tape gives.
@Suite struct TickerTests {
  struct Ticker: Decodable, Equatable {
    var symbol, priceChange, priceChangePercent, weightedAvgPrice, lastPrice, lastQty: String
    var openPrice, highPrice, lowPrice, volume, quoteVolume: String
    var openTime, closeTime, firstId, lastId, count: Int64
  }

  static func ticker(_ venue: SimulatedVenue, at now: Int64) throws -> Ticker {
    let body = RestDeskTests.get(venue, "/fapi/v1/ticker/24hr", ["symbol": "BTCUSDT"], at: now).body
    return try JSONDecoder().decode(Ticker.self, from: Data(body))
  }

  static func check(_ venue: SimulatedVenue, at now: Int64) throws {
    let ticker = try ticker(venue, at: now)
    let tape = try #require(venue.tape("BTCUSDT"))
    let trades = (tape.position(ofTime: ticker.openTime)..<tape.count).map { tape[$0] }
    func text(_ valueE8: Int64, _ digits: Int) -> String {
      var out = WireText()
      out.fixed(valueE8, digits: digits)
      return out.string
    }
    #expect(ticker.closeTime == now && (now - 86_400_000..<now - 86_340_000).contains(ticker.openTime))
    #expect(ticker.openTime % 60_000 == 0)
    let (first, last) = (try #require(trades.first), try #require(trades.last))
    #expect(ticker.firstId == first.firstID && ticker.lastId == last.lastID)
    #expect(ticker.count == trades.reduce(0) { $0 + Int64($1.span) + 1 })
    #expect(ticker.openPrice == text(first.priceE8, 2) && ticker.lastPrice == text(last.priceE8, 2))
    #expect(ticker.highPrice == text(trades.map(\.priceE8).max() ?? 0, 2))
    #expect(ticker.lowPrice == text(trades.map(\.priceE8).min() ?? 0, 2))
    #expect(ticker.volume == text(trades.reduce(0) { $0 + $1.quantityE8 }, 3))
    #expect(ticker.lastQty == text(last.quantityE8, 3))
    #expect(ticker.priceChange == text(last.priceE8 - first.priceE8, 2))
    let quote = trades.reduce(0.0) { $0 + Double($1.priceE8) * Double($1.quantityE8) / 1e16 }
    #expect(abs((Double(ticker.quoteVolume) ?? 0) / quote - 1) < 1e-9)
    let average = quote / (trades.reduce(0.0) { $0 + Double($1.quantityE8) } / 1e8)
    #expect(abs((Double(ticker.weightedAvgPrice) ?? 0) / average - 1) < 1e-6)
    let percent = Double(last.priceE8 - first.priceE8) / Double(first.priceE8) * 100
    #expect(abs((Double(ticker.priceChangePercent) ?? 99) - percent) <= 0.001)
  }

  @Test func isWhatTheTapeSaysAsTheWindowMoves() throws {
    var market = SyntheticMarket.Settings(startMillis: 1_791_391_082_000)
    market.historyMillis = 26 * 3_600_000
    market.historyRate = 0.05
    market.liveRate = 0.05
    let instrument = InstrumentCatalog.instrument("BTCUSDT")
    let venue = SimulatedVenue(
      market: SyntheticMarket(instruments: [instrument], settings: market),
      settings: VenueSettings(startMillis: market.startMillis))
    for elapsed in [0, 1_000, 61_000, 3_700_000, 7_300_000, 30_000_000] as [Int64] {
      venue.advance(to: market.startMillis + elapsed)
      try Self.check(venue, at: market.startMillis + elapsed)
    }
  }

  @Test func keysWeightsAndAllSymbols() throws {
    let venue = SimulatedVenue.small()
    let now = venue.settings.startMillis
    let one = RestDeskTests.get(venue, "/fapi/v1/ticker/24hr", ["symbol": "BTCUSDT"])
    #expect(
      WireShape.keys(String(decoding: one.body, as: UTF8.self)) == [
        "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "lastPrice", "lastQty", "openPrice",
        "highPrice", "lowPrice", "volume", "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count",
      ])
    #expect(one.headers.first?.value == "1")
    let all = RestDeskTests.get(venue, "/fapi/v1/ticker/24hr")
    #expect(all.headers.first?.value == "41")
    let tickers = try JSONDecoder().decode([Ticker].self, from: Data(all.body))
    #expect(tickers.map(\.symbol) == ["BTCUSDT", "ETHUSDT"])
    #expect(try tickers[0] == Self.ticker(venue, at: now))
  }
}
