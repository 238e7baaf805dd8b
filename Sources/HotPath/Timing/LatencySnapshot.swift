import CLatency

/// A histogram's counts at one moment, or what was counted between two.
public struct LatencySnapshot: Sendable, Equatable {
  let counts: [UInt64]
  /// nil: not known better than the counts tell it.
  let leastNanos: UInt64?
  let greatestNanos: UInt64?

  init(counts: [UInt64], leastNanos: UInt64? = nil, greatestNanos: UInt64? = nil) {
    self.counts = counts
    self.leastNanos = leastNanos
    self.greatestNanos = greatestNanos
  }

  public var count: UInt64 { counts.reduce(0, &+) }

  /// The latency at quantile `q` (0...1) in nanoseconds, the lower edge of its bucket but never below the least; nil when
  /// nothing was recorded.
  public func quantileNanos(_ q: Double) -> UInt64? {
    let total = count
    guard total > 0 else { return nil }
    let rank = max(1, UInt64((q * Double(total)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      seen &+= count
      if seen >= rank { return max(LatencyHistogram.lowerBoundNanos(bucket), leastNanos ?? 0) }
    }
    return nil
  }

  /// Exact since the start; of a difference, its bucket's lower edge.
  public var minNanos: UInt64? {
    guard let bucket = counts.firstIndex(where: { $0 > 0 }) else { return nil }
    return leastNanos ?? LatencyHistogram.lowerBoundNanos(bucket)
  }

  /// Exact since the start; of a difference, its bucket's upper edge.
  public var maxNanos: UInt64? {
    guard let bucket = counts.lastIndex(where: { $0 > 0 }) else { return nil }
    return greatestNanos ?? LatencyHistogram.upperBoundNanos(bucket)
  }

  /// What was counted since `earlier`, a snapshot of the same histogram.
  public func since(_ earlier: LatencySnapshot) -> LatencySnapshot {
    precondition(earlier.counts.count == counts.count, "snapshots of one histogram")
    // Loaded one by one while the writer goes on, so that each count by itself only grows.
    return LatencySnapshot(counts: zip(counts, earlier.counts).map { $0 >= $1 ? $0 - $1 : 0 })
  }
}
