import BenchMarket
import CRecords
import Domain
import HotPath
import Testing

@Suite("The market that is measured over")
struct SeededMarketTests {
  @Test func theSameSeedGivesTheSameTrades() {
    let first = SeededMarket(seed: 7, trades: 5_000)
    let second = SeededMarket(seed: 7, trades: 5_000)
    let other = SeededMarket(seed: 8, trades: 5_000)
    #expect(first.trades.map(\.price_e8) == second.trades.map(\.price_e8))
    #expect(first.trades.map(\.quantity_e8) == second.trades.map(\.quantity_e8))
    #expect(first.trades.map(\.quantity_e8) != other.trades.map(\.quantity_e8))
    #expect(first.indicators().map(\.price_e8) == second.indicators().map(\.price_e8))
  }

  @Test func tradesAreInOrderAndSpanTheirHours() throws {
    let market = SeededMarket(seed: 3, trades: 200_000, hours: 30)
    for (earlier, later) in zip(market.trades, market.trades.dropFirst()) {
      try #require(later.id == earlier.id + 1)
      try #require(later.time_ms >= earlier.time_ms)
      try #require(later.first_id == earlier.first_id + Int64(earlier.span) + 1)
    }
    let hours = Double(market.trades[199_999].time_ms - market.trades[0].time_ms) / 3_600_000
    #expect(abs(hours - 30) < 1)
  }

  @Test(arguments: FrameForm.allCases)
  func framesParseToTheirRecords(form: FrameForm) throws {
    let names = ["BTCUSDT", "1000PEPEUSDT", "ETHUSDT"]
    var trades = SeededMarket(seed: 5, trades: 3_000).trades
    for index in trades.indices { trades[index].symbol = UInt32(index % 3) }
    let frames = FrameArena(trades, form: form, names: names)
    let symbols = SymbolTable(names)
    try #require(frames.count == trades.count)
    for (index, trade) in trades.enumerated() {
      var record = apus_record()
      record.kind = EventKind.trade.rawValue
      let outcome = AggTradeFrame.parse(frames.frame(index).span, symbols: symbols.index, into: &record)
      try #require(outcome == .trade)
      try #require(fields(record) == fields(trade))
    }
    for offset in 0..<64 { #expect(frames.base[frames.byteCount + offset] == 0) }
  }

  @Test func aFrameHasTheFormOfTheVenue() {
    var trade = apus_record()
    trade.time_ms = 1_771_263_510_041
    trade.id = 3_141_966_230
    trade.price_e8 = 6_800_500_000_000
    trade.quantity_e8 = 269_500_000
    trade.first_id = 7_297_376_181
    trade.span = 26
    trade.flags = RecordFlags.sell
    let frame = FrameArena([trade], form: .combined, names: ["BTCUSDT"])
    let expected =
      #"{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1771263510191,"a":3141966230,"s":"BTCUSDT","#
      + #""p":"68005.00","q":"2.695","nq":"2.695","f":7297376181,"l":7297376207,"T":1771263510041,"m":true}}"#
    #expect(String(decoding: frame.frame(0), as: UTF8.self) == expected)
  }

  @Test func indicatorsComeInTheOrderInWhichTheyAreKnown() {
    let indicators = SeededMarket(seed: 2, trades: 1_000, hours: 3).indicators()
    #expect(zip(indicators, indicators.dropFirst()).allSatisfy { $0.id <= $1.id })
    let types = Set(indicators.filter { $0.kind == EventKind.indicator.rawValue }.map(\.flags))
    #expect(types == [0, 2, 3, 4])
    #expect(indicators.contains { $0.kind == EventKind.liquidation.rawValue })
  }

  private func fields(_ record: apus_record) -> [Int64] {
    [
      Int64(record.kind), Int64(record.flags), Int64(record.symbol), record.time_ms, record.id, record.price_e8,
      record.quantity_e8, record.first_id, Int64(record.span),
    ]
  }
}
