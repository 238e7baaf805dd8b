import CBaselines
import CRecords
import Domain
import HotPath

/// History into empty windows, as after a start: trades through `step`, grid and all, nothing evaluated.
struct WarmStartRow: BenchRow {
  let names = ["replay.warm_start"]
  private let batch = 256

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    var trades = source.trades
    for index in trades.indices { trades[index].kind = EventKind.historyTrade.rawValue }
    let indicators = source.indicators
    let checked = EnginePair(source, symbols: [source.symbol], trades: trades.count, everyTrade: true, holdsGaps: true)
    checked.give(indicators: indicators)
    for (index, trade) in trades.enumerated() {
      checked.step(trade, now: trade.time_ms)
      if index % 50_021 == 0 { try checked.compare(names[0], at: index) }
    }

    let pair = EnginePair(source, symbols: [source.symbol], trades: trades.count, everyTrade: true, holdsGaps: true)
    pair.give(indicators: indicators)
    let handle = pair.theirs[0].handle
    let batches = trades.count / batch
    let run = trades.withUnsafeBufferPointer { trades in
      PairedRun(
        batches: batches, prepare: { _ in },
        ours: { place in
          var item = place &* batch
          let end = item &+ batch
          while item < end {
            _ = pair.ours.pointee.step(trades[item], now: trades[item].time_ms, into: pair.outbox)
            item &+= 1
          }
        },
        theirs: { place in
          guard let base = trades.baseAddress else { return }
          var item = place &* batch
          let end = item &+ batch
          while item < end {
            apus_baseline_step(handle, base + item, base[item].time_ms)
            item &+= 1
          }
        })
    }
    try pair.compare(names[0], at: trades.count)
    let ours = BatchTimes(ticks: run.ours, itemsPerBatch: batch, clock: source.clock)
    return [
      RowResult(
        name: names[0], ours: ours, baselineName: "c++ windows",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batch, clock: source.clock), items: batches * batch,
        batch: batch, tradesPerSecond: 1e9 / ours.mean)
    ]
  }
}
