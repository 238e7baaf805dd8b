import CBaselines
import CRecords
import CTradeSums
import Domain
import HotPath

/// The sums of what leaves: vectors, as the windows use them after a silence, beside one by one, over the same chunks of
/// 256 trades. The time is a trade of one window.
struct TradeSumsRow: BenchRow {
  let names = ["window.evict.simd"]
  private let chunk = 256

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    var words: [Int64] = []
    for trade in source.trades.prefix(source.itemsMax) {
      let isSell = trade.flags & RecordFlags.sell != 0
      words += [trade.time_ms << 1, trade.price_e8, isSell ? -trade.quantity_e8 : trade.quantity_e8]
    }
    let chunks = words.count / (3 * chunk)
    return try words.withUnsafeBufferPointer { words in
      guard let base = words.baseAddress else { return [] }
      var vectors = apus_trade_sums()
      var scalar = apus_baseline_sums()
      for place in 0..<chunks {
        vectors = apus_sum_trades(base + 3 * chunk * place, Int64(chunk))
        apus_baseline_sum_trades(base + 3 * chunk * place, Int64(chunk), &scalar)
        try compare(vectors, scalar, at: place * chunk)
      }
      var checksum: Int64 = 0
      let run = PairedRun(
        batches: chunks, prepare: { _ in },
        ours: { place in
          vectors = apus_sum_trades(base + 3 &* chunk &* place, Int64(chunk))
          checksum &+= vectors.cvd
        },
        theirs: { place in
          apus_baseline_sum_trades(base + 3 &* chunk &* place, Int64(chunk), &scalar)
          checksum &-= Int64(bitPattern: scalar.cvd.0)
        })
      if checksum != 0 { throw Mismatch(names[0], at: words.count / 3, "sum of sums", ours: checksum, theirs: 0) }
      return [
        RowResult(
          name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: chunk, clock: source.clock),
          baselineName: "scalar sums",
          baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: chunk, clock: source.clock), items: chunks * chunk,
          batch: chunk)
      ]
    }
  }

  private func compare(_ vectors: apus_trade_sums, _ scalar: apus_baseline_sums, at item: Int) throws {
    if vectors.is_exact == 0 { throw Mismatch(names[0], at: item, "whether lanes hold the sums", ours: 0, theirs: 1) }
    let ours = [
      UInt64(bitPattern: vectors.cvd), UInt64(bitPattern: vectors.quantity), vectors.notional_low,
      vectors.notional_high,
    ]
    let theirs = [scalar.cvd.0, scalar.quantity.0, scalar.notional.0, scalar.notional.1]
    if ours != theirs { throw Mismatch(names[0], at: item, "sums", ours: ours, theirs: theirs) }
  }
}
