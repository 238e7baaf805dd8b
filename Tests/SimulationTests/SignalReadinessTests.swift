import Testing

@testable import Simulation

/// The synthetic market must give what the shipped strategies look for soon after its start, and move far enough
/// to end a position: reckoned here from the trades, by the rules of the strategies and without the engine.
@Suite struct SignalReadinessTests {
  struct Day {
    var trades: [AggTrade] = []
    var start: Int64
    var atr = 0.0

    init(seed: UInt64, symbol: Int, lively: Bool) {
      start = 1_791_391_082_000
      var settings = SyntheticMarket.Settings(startMillis: start)
      settings.seed = seed
      settings.isLively = lively
      let instruments = ["BTCUSDT", "ETHUSDT"].map { InstrumentCatalog.instrument($0) }
      var market = SyntheticMarket(instruments: instruments, settings: settings)
      var candles = CandleBook()
      while let event = market.next(through: start + 120_000) {
        guard case .trade(symbol, let trade) = event else { continue }
        trades.append(trade)
        if trade.timeMillis <= start { candles.add(trade) }
      }
      atr = Self.averageTrueRange(candles.candles(.minute5, from: start - 8 * 3_600_000, through: start - 300_000))
    }

    static func averageTrueRange(_ candles: [Candle]) -> Double {
      var atr = 0.0
      for index in 1..<candles.count {
        let (candle, close) = (candles[index], candles[index - 1].closeE8)
        let range = max(candle.highE8, close) - min(candle.lowE8, close)
        atr = index <= 14 ? atr + Double(range) / 14 : (13 * atr + Double(range)) / 14
      }
      return atr
    }

    func flow(hours: Double, until time: Int64) -> Double {
      let from = time - Int64(hours * 3_600_000)
      return trades.reduce(0) { sum, trade in
        guard trade.timeMillis > from, trade.timeMillis <= time else { return sum }
        return sum + (trade.buyerIsMaker ? -1 : 1) * Double(trade.quantityE8)
      }
    }
  }

  @Test(arguments: [(1 as UInt64, 0), (1, 1), (2, 0), (3, 0), (4, 0), (5, 1)])
  func flowAgreesOverAllWindowsAndLargeTradesWithIt(seed: UInt64, symbol: Int) {
    let day = Day(seed: seed, symbol: symbol, lively: false)
    let direction = day.flow(hours: 4, until: day.start) > 0 ? 1.0 : -1.0
    for moment in [day.start, day.start + 30_000, day.start + 60_000] {
      for hours in [0.5, 4, 24] { #expect(direction * day.flow(hours: hours, until: moment) > 0) }
    }
    let large = day.trades.map(\.quantityE8).sorted()[day.trades.count * 99 / 100]
    let recent = day.trades.filter { $0.timeMillis > day.start - 1_800_000 && $0.quantityE8 >= large }
    let sum = recent.reduce(0.0) { $0 + Double($1.quantityE8) }
    let net = recent.reduce(0.0) { $0 + ($1.buyerIsMaker ? -1 : 1) * Double($1.quantityE8) }
    // With 40 + 5 for the flow and 15 + 20 for place and indicators, half of this on 20 points passes 75.
    #expect(direction * net / sum > 0.2)
    let atrPart = day.atr / Double(day.trades[day.trades.count - 1].priceE8)
    #expect((0.001...0.004).contains(atrPart), "\(atrPart)")
  }

  @Test(arguments: [1 as UInt64, 2, 3, 4, 5, 6])
  func livelyMarketEndsAPositionWithin90Seconds(seed: UInt64) {
    let day = Day(seed: seed, symbol: 0, lively: true)
    for entry in stride(from: day.start + 1_000, through: day.start + 20_000, by: 1_000) {
      for (stop, target) in [(1.4, 2.1), (2.1, 3.15)] {
        for side in [1.0, -1.0] {
          let after = day.trades.filter { $0.timeMillis >= entry }
          let price = Double(after[0].priceE8)
          let end = after.first { trade in
            let gain = side * (Double(trade.priceE8) - price) / day.atr
            return gain <= -stop || gain > target
          }
          #expect((end?.timeMillis ?? .max) <= day.start + 90_000, "\(seed) \(entry - day.start) \(stop) \(side)")
        }
      }
    }
  }
}
