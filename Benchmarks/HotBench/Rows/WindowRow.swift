import CBaselines
import CRecords
import HotPath

/// One trade into three windows, candles and ATR, quantiles and large flow, with 24 h held; and the memory of a trade.
struct WindowRow: BenchRow {
  let names = ["window.trade"]

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let trades = source.trades
    let warm = source.warmCount
    let indicators = source.indicators
    try check(trades, source, indicators)

    let pair = EnginePair(
      source, symbols: [source.symbol], trades: trades.count, everyTrade: true, holdsGaps: false)
    pair.give(indicators: indicators)
    let before = ResidentMemory.bytes()
    for index in 0..<warm { pair.ours.pointee.probeTake(trades[index]) }
    let bytes = ResidentMemory.bytes() - before
    // What an engine has once, however few trades it holds, is a part of it: told only of a day that is full.
    let held = Int(pair.ours.pointee.view(0).tradesHeld24h)
    for index in 0..<warm {
      var record = trades[index]
      apus_baseline_take(pair.theirs[0].handle, &record)
    }
    let batches = (trades.count - warm) / batchItems
    let handle = pair.theirs[0].handle
    let run = trades.withUnsafeBufferPointer { trades in
      PairedRun(
        batches: batches, prepare: { _ in },
        ours: { batch in
          var item = warm &+ batch &* batchItems
          let end = item &+ batchItems
          while item < end {
            pair.ours.pointee.probeTake(trades[item])
            item &+= 1
          }
        },
        theirs: { batch in
          guard let base = trades.baseAddress else { return }
          var item = warm &+ batch &* batchItems
          let end = item &+ batchItems
          while item < end {
            apus_baseline_take(handle, base + item)
            item &+= 1
          }
        })
    }
    try pair.compare(names[0], at: trades.count)
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: batchItems, clock: source.clock),
        baselineName: "c++ windows",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batchItems, clock: source.clock),
        items: batches * batchItems, batch: batchItems, goal: 1.15,
        bytesPerTrade: held >= 1_000_000 ? Double(bytes) / Double(held) : nil)
    ]
  }

  /// The same trades through another pair, all sums compared every few thousand.
  private func check(_ trades: [apus_record], _ source: BenchSource, _ indicators: [apus_record]) throws {
    let pair = EnginePair(source, symbols: [source.symbol], trades: trades.count, everyTrade: true, holdsGaps: false)
    pair.give(indicators: indicators)
    for (index, trade) in trades.enumerated() {
      var record = trade
      pair.ours.pointee.probeTake(record)
      apus_baseline_take(pair.theirs[0].handle, &record)
      if index % 5_003 == 0 || index < 3_000 { try pair.compare(names[0], at: index) }
    }
  }
}
