import CBaselines
import CRecords
import HotPath

/// P95 and P99 after each trade that comes and each that leaves: the cursors, beside a scan of the counts by vectors.
struct QuantileRow: BenchRow {
  let names = ["window.quantile.scan"]
  /// Trades in the window: the quantiles do not care how many.
  private let held = 100_000

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let buckets = source.trades.prefix(1 << 20).map { Int32(SizesProbe.bucket($0.quantity_e8)) }
    let held = min(held, buckets.count / 2)
    var sizes = SizesProbe()
    let scanned = apus_baseline_scan_sizes_make()
    defer {
      sizes.deallocate()
      apus_baseline_scan_sizes_free(scanned)
    }
    for bucket in buckets[..<held] {
      sizes.add(Int(bucket))
      apus_baseline_scan_sizes_add(scanned, bucket)
    }
    var ours: (p95: Int64, p99: Int64) = (0, 0)
    var theirs: (p95: Int32, p99: Int32) = (0, 0)
    let batches = (buckets.count - held) / batchItems
    let run = try buckets.withUnsafeBufferPointer { buckets in
      try PairedRun(
        batches: batches,
        prepare: { batch in
          // After every batch both stand at the same trade.
          if batch > 0 { try compare(ours, theirs, at: batch * batchItems) }
        },
        ours: { batch in
          var item = held &+ batch &* batchItems
          let end = item &+ batchItems
          while item < end {
            sizes.remove(Int(buckets[item &- held]))
            sizes.add(Int(buckets[item]))
            ours = sizes.quantiles
            item &+= 1
          }
        },
        theirs: { batch in
          var item = held &+ batch &* batchItems
          let end = item &+ batchItems
          while item < end {
            apus_baseline_scan_sizes_remove(scanned, buckets[item &- held])
            apus_baseline_scan_sizes_add(scanned, buckets[item])
            apus_baseline_scan_sizes_quantiles(scanned, &theirs.p95, &theirs.p99)
            item &+= 1
          }
        })
    }
    try compare(ours, theirs, at: batches * batchItems)
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: batchItems, clock: source.clock),
        baselineName: "simd scan",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batchItems, clock: source.clock),
        items: batches * batchItems, batch: batchItems)
    ]
  }

  private func compare(_ ours: (p95: Int64, p99: Int64), _ theirs: (p95: Int32, p99: Int32), at item: Int) throws {
    let scanned = [SizesProbe.value(Int(theirs.p95)), SizesProbe.value(Int(theirs.p99))]
    if [ours.p95, ours.p99] != scanned {
      throw Mismatch(names[0], at: item, "P95 and P99", ours: [ours.p95, ours.p99], theirs: scanned)
    }
  }
}
