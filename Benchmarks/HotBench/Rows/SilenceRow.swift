import CBaselines
import CRecords
import HotPath

/// A silence of a day ends: all trades leave the three windows in blocks, beside the same engine whose time goes on from
/// trade to trade, so that each leaves each window by itself. The time is a trade let go of all three.
struct SilenceRow: BenchRow {
  let names = ["window.evict.block"]
  private let stretch = 1024

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let trades = source.trades
    let rounds = min(512, trades.count / stretch)
    let blocks = EnginePair(source, symbols: [source.symbol], trades: 1 << 20, everyTrade: true, holdsGaps: false)
    let single = EnginePair(source, symbols: [source.symbol], trades: 1 << 20, everyTrade: true, holdsGaps: false)
    var startMillis = trades[0].time_ms
    let run = try PairedRun(
      batches: rounds,
      prepare: { round in
        // A millisecond between trades, so that there is a time at which just one leaves.
        startMillis += 2 * 86_400_000
        for index in 0..<stretch {
          var record = trades[round * stretch + index]
          record.time_ms = startMillis + Int64(index)
          for pair in [blocks, single] {
            pair.ours.pointee.probeTake(record)
            apus_baseline_take(pair.theirs[0].handle, &record)
          }
        }
        if round % 16 == 0 {
          try blocks.compare(names[0], at: round)
          try single.compare(names[0], at: round)
        }
      },
      ours: { _ in blocks.ours.pointee.probeAdvance(0, to: startMillis &+ Int64(stretch) &+ 86_400_000) },
      theirs: { _ in
        var window: Int64 = 1_800_000
        while window <= 86_400_000 {
          var index: Int64 = 0
          while index < Int64(stretch) {
            single.ours.pointee.probeAdvance(0, to: startMillis &+ index &+ window)
            index &+= 1
          }
          window = window == 1_800_000 ? 14_400_000 : window == 14_400_000 ? 86_400_000 : .max
        }
      })
    for pair in [blocks, single] where pair.ours.pointee.view(0).tradesHeld24h != 0 {
      throw Mismatch(
        names[0], at: rounds, "trades in 24 h after the silence", ours: pair.ours.pointee.view(0).tradesHeld24h,
        theirs: 0)
    }
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: stretch, clock: source.clock),
        baselineName: "one by one",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: stretch, clock: source.clock),
        items: rounds * stretch, batch: stretch)
    ]
  }
}
