import Foundation
import Testing

@testable import HotPath

extension CandleSeries {
  /// Prices as one writes them.
  mutating func take(timeMillis: Int64, price: Double) {
    add(timeMillis: timeMillis, price: Int64((price * 1e8).rounded()))
  }

  var open: Double { Double(openUnits) / 1e8 }
  var high: Double { Double(highUnits) / 1e8 }
  var low: Double { Double(lowUnits) / 1e8 }
  var startMillis: Int64 { endMillis - Self.candleMillis }
}

@Suite struct CandleSeriesTests {
  private let step = CandleSeries.candleMillis

  private func candle(_ series: inout CandleSeries, _ number: Int64, _ prices: [Double]) {
    for (index, price) in prices.enumerated() {
      let t = number * step + Int64(index)
      series.closeThrough(t)
      series.take(timeMillis: t, price: price)
    }
  }

  private func wilder(_ atr: Double, _ range: Double) -> Double { (13 * atr + range) / 14 }

  @Test func aCandleClosesAtItsEnd() {
    var series = CandleSeries()
    series.closeThrough(10_000_000)
    #expect(series.closedCount == 0)
    series.take(timeMillis: step + 7, price: 100)
    #expect(series.startMillis == step)
    series.closeThrough(2 * step - 1)
    #expect(series.closedCount == 0)
    series.closeThrough(2 * step)
    #expect(series.closedCount == 1)
    #expect(series.lastClose == 100)
    #expect(series.startMillis == 2 * step)
  }

  /// The first candle is partial and its TR is H - L; gaps between candles count through the close before.
  @Test func trueRangesByHand() {
    var series = CandleSeries()
    candle(&series, 0, [100, 104, 99, 103])  // TR 5
    candle(&series, 1, [110, 112, 109])  // |112 - 103| = 9
    candle(&series, 2, [100, 101, 100])  // |100 - 109| = 9
    candle(&series, 3, [98, 108, 99, 104])  // H - L = 10
    var expected = 5.0 + 9 + 9 + 10
    for number in 4..<14 {
      candle(&series, Int64(number), [104, 106])  // 2, and against a close of 104, then 106: 2
      expected += 2
    }
    #expect(series.closedCount == 13)
    #expect(series.atr.isNaN)
    #expect(series.atrShare.isNaN)
    series.closeThrough(14 * step)
    #expect(series.closedCount == 14)
    let mean: Double = expected / 14
    #expect(series.atr == mean)
    let share: Double = expected / 14 / 106
    #expect(series.atrShare == share)
    candle(&series, 14, [120])  // |120 - 106| = 14
    series.closeThrough(15 * step)
    #expect(series.atr == wilder(expected / 14, 14))
    #expect(series.atrShare == series.atr / 120)
  }

  @Test func silentBucketsAreFlatAtThePreviousClose() {
    var series = CandleSeries()
    candle(&series, 0, [100, 114, 100])
    series.closeThrough(13 * step)
    #expect(series.closedCount == 13)
    series.closeThrough(14 * step)
    #expect(series.atr == 1)
    #expect(series.lastClose == 100)
    series.closeThrough(15 * step)
    #expect(series.atr == wilder(1, 0))
    // The next trade opens its candle afresh: the flat stretch before it doesn't stretch its range to 100.
    series.take(timeMillis: 15 * step + 1, price: 107)
    #expect(series.open == 107)
    #expect(series.low == 107)
    #expect(series.high == 107)
    series.closeThrough(16 * step)
    #expect(series.atr == wilder(wilder(1, 0), 7))
  }

  @Test func aMarketWithoutMovementHasAnAtrOfZero() {
    var series = CandleSeries()
    series.take(timeMillis: 5, price: 50)
    series.closeThrough(40 * step)
    #expect(series.atr == 0)
    #expect(series.atrShare == 0)
  }

  /// Against a plain recomputation from lists of candles.
  @Test(arguments: TestSeed.all(3))
  func atrEqualsARecomputation(seed: UInt64) {
    var random = SeededRandom(seed)
    var series = CandleSeries()
    var candles: [Int64: (high: Double, low: Double, close: Double)] = [:]
    var t: Int64 = 1_234_567
    let first = t / step
    var price = 1000.0
    for _ in 0..<1_500 {
      t += Int64(random.below(random.chance(10) ? 3_000_000 : 60_000))
      price = (price * 10 + Double(random.below(201) - 100)).rounded() / 10
      series.closeThrough(t)
      series.take(timeMillis: t, price: price)
      let old = candles[t / step]
      candles[t / step] = (max(old?.high ?? price, price), min(old?.low ?? price, price), price)
    }
    var ranges: [Double] = []
    var close = Double.nan
    for bucket in first..<(t / step) {
      let candle = candles[bucket] ?? (close, close, close)
      let jumps = close.isNaN ? [] : [abs(candle.high - close), abs(candle.low - close)]
      ranges.append(max(candle.high - candle.low, jumps.max() ?? 0))
      close = candle.close
    }
    var atr = ranges[..<14].reduce(0, +) / 14
    for range in ranges[14...] { atr = wilder(atr, range) }
    #expect(series.closedCount == Int64(ranges.count), TestSeed.again(seed, "CandleSeriesTests"))
    #expect(series.atr == atr, TestSeed.again(seed, "CandleSeriesTests"))
  }

  private struct Quote: Decodable {
    var atr: Double?
    var atrp: Double?
  }

  /// 502 daily quotes as five-minute candles. The file's convention leaves the first TR out: the two meet later.
  @Test(.enabled(if: SharedData.folder != nil, SharedData.missing))
  func atrConvergesToPublishedValues() throws {
    let rows = try SharedData.text("atr/default.csv").split(whereSeparator: \.isNewline).dropFirst()
    let json = Data(try SharedData.text("atr/atr.standard.json").utf8)
    let expected = try JSONDecoder().decode([Quote].self, from: json)
    #expect(rows.count == 502)
    try #require(rows.count == expected.count)
    var series = CandleSeries()
    var compared = 0
    for (index, row) in rows.enumerated() {
      let fields = row.split(separator: ",").map(String.init)
      let prices = try fields[1...4].map { try #require(Double($0)) }
      candle(&series, Int64(index), prices)
      series.closeThrough(Int64(index + 1) * step)
      guard index >= 302 else { continue }
      let atr = try #require(expected[index].atr)
      let share = try #require(expected[index].atrp) / 100
      #expect(abs(series.atr - atr) <= 1e-6 * atr, "row \(index)")
      #expect(abs(series.atrShare - share) <= 1e-6 * share, "row \(index)")
      compared += 1
    }
    #expect(compared == 200)
  }
}
