import CBaselines
import CRecords
import HotPath

/// Both strategies scored after a trade, indicators and all.
///
/// Thirty-two symbols, one trade in each between two batches: a batch of the same symbol would score one state again and
/// again, which the processor learns by heart.
struct ScoreRow: BenchRow {
  let names = ["score.both"]

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let symbols = (0..<batchItems).map { "S\($0)USDT" }
    // Every symbol lives through the whole market, at a 32nd of its trades.
    let trades = source.trades
    let pair = EnginePair(source, symbols: symbols, trades: trades.count + 64 * 512, everyTrade: true, holdsGaps: false)
    pair.give(indicators: source.indicators)
    let handles = pair.theirs.map(\.handle)
    let batches = trades.count / batchItems
    let warm = source.warmCount / batchItems
    func deal(_ batch: Int) throws {
      for symbol in 0..<batchItems {
        var record = trades[batch * batchItems + symbol]
        record.symbol = UInt32(symbol)
        pair.ours.pointee.probeTake(record)
        record.symbol = 0
        apus_baseline_take(handles[symbol], &record)
      }
      // Checked as it goes: between batches, and outside of what is timed.
      if batch % 61 == 0 { try pair.compare(names[0], at: batch, symbol: batch / 61 % batchItems) }
    }
    for batch in 0..<warm { try deal(batch) }
    let run = try PairedRun(
      batches: batches - warm,
      prepare: { batch in try deal(warm + batch) },
      ours: { _ in
        var symbol = 0
        while symbol < batchItems {
          pair.ours.pointee.probeEvaluate(symbol, emits: false, pair.outbox)
          symbol &+= 1
        }
      },
      theirs: { _ in
        var symbol = 0
        while symbol < batchItems {
          apus_baseline_evaluate(handles[symbol])
          symbol &+= 1
        }
      })
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: batchItems, clock: source.clock),
        baselineName: "c++ score",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batchItems, clock: source.clock),
        items: (batches - warm) * batchItems, batch: batchItems)
    ]
  }
}
