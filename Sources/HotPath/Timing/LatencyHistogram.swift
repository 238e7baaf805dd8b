import Memory
import Synchronization

/// Latencies of one stage: written by one thread without a lock, read by any.
///
/// Log-linear buckets like HdrHistogram's, 16 to each power of two, so a quantile is told to within 6 %. Our own because
/// recording happens between two trades: an add to one counter, no allocation. 64-bit nanoseconds are all in range.
@safe
public struct LatencyHistogram: @unchecked Sendable {
  private static var bucketCount: Int { 61 * 16 }
  private let counts: UnsafeMutablePointer<Atomic<UInt64>>

  public init() {
    // SAFETY: every counter is initialised before the handle escapes; it lives until `deallocate`.
    unsafe counts = .allocate(capacity: Self.bucketCount)
    for bucket in 0..<Self.bucketCount { unsafe (counts + bucket).initialize(to: Atomic(0)) }
  }

  /// Counts one latency. One thread only: the add is a load and a store, not a locked instruction.
  @_noAllocation @_noLocks
  public func record(nanos: UInt64) {
    // SAFETY: `bucket` is below bucketCount for every UInt64.
    let counter = unsafe counts + Self.bucket(nanos)
    unsafe counter.pointee.store((unsafe counter.pointee.load(ordering: .relaxed)) &+ 1, ordering: .relaxed)
  }

  /// Counts so far; a copy that no longer changes. Any thread.
  public func snapshot() -> LatencySnapshot {
    LatencySnapshot(counts: (0..<Self.bucketCount).map { unsafe counts[$0].load(ordering: .relaxed) })
  }

  public func deallocate() { unsafe counts.deallocate() }

  @_noAllocation @_noLocks
  static func bucket(_ nanos: UInt64) -> Int {
    if nanos < 16 { return Int(nanos) }
    let shift = 63 &- nanos.leadingZeroBitCount &- 4
    return (shift &+ 1) &* 16 &+ Int((nanos >> UInt64(shift)) & 15)
  }

  /// The smallest latency that falls into a bucket.
  static func lowerBoundNanos(_ bucket: Int) -> UInt64 {
    if bucket < 16 { return UInt64(bucket) }
    return (16 + UInt64(bucket % 16)) << UInt64(bucket / 16 - 1)
  }
}

/// A histogram's counts at one moment.
public struct LatencySnapshot: Sendable {
  let counts: [UInt64]

  public var count: UInt64 { counts.reduce(0, +) }

  /// The latency at quantile `q` (0...1) in nanoseconds, the lower edge of its bucket; nil when nothing was recorded.
  public func quantileNanos(_ q: Double) -> UInt64? {
    let total = count
    guard total > 0 else { return nil }
    let rank = max(1, UInt64((q * Double(total)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return LatencyHistogram.lowerBoundNanos(bucket) }
    }
    return nil
  }
}
