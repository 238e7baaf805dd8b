import CBaselines
import CRecords
import HotPath

/// A silence ends: one trade after 24 h lets all others out of all windows. The time is a trade let go.
struct EvictionRow: BenchRow {
  let names = ["window.evict"]
  private let stretch = 1024

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let trades = source.trades
    let rounds = min(1024, trades.count / stretch)
    let pair = EnginePair(source, symbols: [source.symbol], trades: 1 << 20, everyTrade: true, holdsGaps: false)
    let handle = pair.theirs[0].handle
    var first = [apus_record](repeating: apus_record(), count: 1)
    var shiftMillis: Int64 = 0
    var lastMillis: Int64 = 0
    let run = try PairedRun(
      batches: rounds,
      prepare: { round in
        // The stretch within half an hour, after the trade that ended the silence before.
        let start = round * stretch
        shiftMillis = max(0, lastMillis + 1 - trades[start].time_ms)
        for index in start..<start + stretch {
          var record = trades[index]
          record.time_ms = min(record.time_ms + shiftMillis, trades[start].time_ms + shiftMillis + 1_700_000)
          pair.ours.pointee.probeTake(record)
          apus_baseline_take(handle, &record)
          lastMillis = record.time_ms
        }
        if round % 16 == 0 { try pair.compare(names[0], at: round) }
        first[0] = trades[start]
        lastMillis += 86_400_000 + 1
        first[0].time_ms = lastMillis
      },
      ours: { _ in pair.ours.pointee.probeTake(first[0]) },
      theirs: { _ in apus_baseline_take(handle, first) })
    try pair.compare(names[0], at: rounds)
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: stretch, clock: source.clock),
        baselineName: "c++ windows",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: stretch, clock: source.clock),
        items: rounds * stretch, batch: stretch, goal: 1.15)
    ]
  }
}
