import Domain
import Foundation
import Settings
import Testing

@testable import Venues
@testable import apus

@Suite struct SymbolSelectionTests {
  private static func listing(_ symbol: String, _ type: String = "PERPETUAL", _ status: String = "TRADING")
    -> InstrumentListing
  {
    InstrumentListing(
      instrument: Instrument(symbol: symbol, tickSize: 1, lotSize: 1), contractType: type, status: status)
  }

  private static let listings = [
    listing("AUSDT"), listing("BUSDT"), listing("CUSDT", "TRADIFI_PERPETUAL"),
    listing("DUSDT", "PERPETUAL", "SETTLING"),
    listing("EUSDT_261225", "CURRENT_QUARTER"), listing("币安人生USDT"),
  ]

  private static func tickers() throws -> [DayTicker] {
    let text = #"""
      [{"symbol":"AUSDT","quoteVolume":"10.5","count":100},{"symbol":"币安人生USDT","quoteVolume":"99999999999999.1","count":5},
       {"symbol":"BUSDT","quoteVolume":"11","count":50},{"symbol":"X"},7]
      """#
    return try JSONDecoder().decode([DayTicker.Entry].self, from: Data(text.utf8)).compactMap(\.ticker)
  }

  private func names(_ choice: RunConfig.SymbolChoice, _ types: [String] = ["PERPETUAL"]) throws -> [String] {
    try SymbolSelection(choice, contractTypes: types, listings: Self.listings, tickers: Self.tickers())
      .instruments.map(\.symbol)
  }

  @Test func allAreTheTradingPerpetuals() throws {
    #expect(try names(.all) == ["AUSDT", "BUSDT", "币安人生USDT"])
    #expect(try names(.all, ["PERPETUAL", "TRADIFI_PERPETUAL"]) == ["AUSDT", "BUSDT", "CUSDT", "币安人生USDT"])
  }

  @Test func topIsByVolume() throws {
    #expect(try names(.top(2)) == ["币安人生USDT", "BUSDT"])
    #expect(try names(.top(50)).count == 3)
    #expect(throws: Failure.self) {
      try SymbolSelection(.top(2), contractTypes: ["PERPETUAL"], listings: Self.listings, tickers: nil)
    }
  }

  @Test func aListIsCheckedWhole() throws {
    #expect(try names(.list(["BUSDT", "AUSDT"])) == ["BUSDT", "AUSDT"])
    do {
      _ = try names(.list(["NOUSDT", "CUSDT", "DUSDT", "AUSDT"]))
      Issue.record("no error")
    } catch let failure as Failure {
      let text = "\(failure)"
      for word in ["NOUSDT", "CUSDT", "DUSDT", "TRADIFI_PERPETUAL", "SETTLING"] {
        #expect(text.contains(word), "\(text)")
      }
    }
    let estimates = try SymbolSelection(
      .list(["AUSDT", "BUSDT"]), contractTypes: ["PERPETUAL"], listings: Self.listings, tickers: Self.tickers())
    #expect(estimates.tradesPerDay == [41, 21])
  }
}
