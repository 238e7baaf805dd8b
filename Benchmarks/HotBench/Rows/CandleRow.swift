import CBaselines
import CRecords
import HotPath

/// Candles closed and ATR(14): as the engine closes them, one by one, beside true ranges four at a time over candles that
/// lie ready in columns. The time is a candle.
///
/// Only what is before the recurrence can be done by vectors: ATR itself waits for the ATR before it, a division each.
/// The vectors win where there are columns, which the engine never has: a candle is made of trades, and 5 min of them take
/// a thousand times as long as closing it. They are also spared the engine's share of ATR in the close.
struct CandleRow: BenchRow {
  let names = ["window.atr.simd"]
  private let tradesPerCandle = 16
  private let candlesPerBatch = 256

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let prices = source.trades.prefix(source.itemsMax).map(\.price_e8)
    var high: [Int64] = []
    var low: [Int64] = []
    var close: [Int64] = []
    for start in stride(from: 0, through: prices.count - tradesPerCandle, by: tradesPerCandle) {
      let candle = prices[start..<start + tradesPerCandle]
      high.append(candle.max() ?? 0)
      low.append(candle.min() ?? 0)
      close.append(candle[start + tradesPerCandle - 1])
    }
    let batches = high.count / candlesPerBatch
    var ours = 0.0
    var theirs = 0.0
    let run = try PairedRun(
      batches: batches,
      prepare: { batch in
        if batch > 0, ours != theirs { throw Mismatch(names[0], at: batch, "ATR", ours: ours, theirs: theirs) }
      },
      ours: { batch in
        var candles = CandlesProbe()
        let first = batch &* candlesPerBatch
        var index = 0
        while index < candlesPerBatch {
          candles.take(
            startMillis: Int64(index) &* 300_000, high: high[first &+ index], low: low[first &+ index],
            close: close[first &+ index])
          index &+= 1
        }
        ours = candles.atr
      },
      theirs: { batch in
        let first = batch &* candlesPerBatch
        high.withUnsafeBufferPointer { high in
          low.withUnsafeBufferPointer { low in
            close.withUnsafeBufferPointer { close in
              guard let high = high.baseAddress, let low = low.baseAddress, let close = close.baseAddress else {
                return
              }
              theirs = apus_baseline_candles_atr(high + first, low + first, close + first, Int32(candlesPerBatch))
            }
          }
        }
      })
    if ours != theirs { throw Mismatch(names[0], at: batches, "ATR", ours: ours, theirs: theirs) }
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: candlesPerBatch, clock: source.clock),
        baselineName: "simd ranges",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: candlesPerBatch, clock: source.clock),
        items: batches * candlesPerBatch, batch: candlesPerBatch)
    ]
  }
}
