import CLatency
import Synchronization

/// Latencies of one stage: written by one thread without a lock, read by any thread, or by another process that maps the
/// memory (apus_latency.h is the layout).
///
/// HdrHistogram's log-linear buckets, 64 to each power of two, so a quantile is told to within 1.6 %; least and greatest
/// are exact. Our own because recording happens between two trades: three loads, an add and a store, no allocation.
@safe
public struct LatencyHistogram: @unchecked Sendable {
  static var bucketCount: Int { APUS_LATENCY_BUCKETS }
  /// Of one histogram, its name included.
  public static var byteCount: Int { APUS_LATENCY_STAGE_BYTES }
  private static var headBytes: Int { 64 }

  private let base: UnsafeMutableRawPointer

  /// In memory of its own, which lives until `deallocate`.
  public init() {
    // SAFETY: aligned to a cache line as the layout wants; zeroed, which is a valid count, before the handle escapes.
    unsafe base = .allocate(byteCount: Self.byteCount, alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    clear()
  }

  /// In `byteCount` zeroed bytes at an address aligned to 64, which outlive this handle and its copies.
  @unsafe
  public init(zeroedAt base: UnsafeMutableRawPointer) {
    unsafe self.base = base
    clear()
  }

  /// To read one that somebody else writes, in `byteCount` bytes that outlive this handle.
  @unsafe
  public init(writtenAt base: UnsafeRawPointer) {
    // SAFETY: nothing but `snapshot` is called on a reader's handle, and it only loads.
    unsafe self.base = UnsafeMutableRawPointer(mutating: base)
  }

  private func clear() { unsafe edge(0).pointee.store(.max, ordering: .relaxed) }

  // SAFETY: within the `byteCount` bytes of `init`: two edges at 32, counts from 64 on, all eight bytes wide, aligned and
  // only ever touched as atomics.
  @_noAllocation @_noLocks
  @inline(__always)
  private func edge(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + (32 &+ 8 &* index)).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private func counter(_ bucket: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + (Self.headBytes &+ 8 &* bucket)).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// Counts one latency. One thread only: the add is a load and a store, not a locked instruction.
  @_noAllocation @_noLocks
  public func record(nanos: UInt64) { record(nanos: nanos, count: 1) }

  /// Counts `count` equal latencies at the price of one.
  @_noAllocation @_noLocks
  public func record(nanos: UInt64, count: UInt64) {
    // SAFETY: `bucket` is below bucketCount for every UInt64.
    let counter = unsafe counter(Self.bucket(nanos))
    unsafe counter.pointee.store((unsafe counter.pointee.load(ordering: .relaxed)) &+ count, ordering: .relaxed)
    if nanos < (unsafe edge(0).pointee.load(ordering: .relaxed)) {
      unsafe edge(0).pointee.store(nanos, ordering: .relaxed)
    }
    if nanos > (unsafe edge(1).pointee.load(ordering: .relaxed)) {
      unsafe edge(1).pointee.store(nanos, ordering: .relaxed)
    }
  }

  /// Counts so far; a copy that no longer changes. Any thread.
  public func snapshot() -> LatencySnapshot {
    let counts = (0..<Self.bucketCount).map { unsafe counter($0).pointee.load(ordering: .relaxed) }
    // The extremes last: they may then be of a latency that the counts miss, never the other way round.
    return LatencySnapshot(
      counts: counts, leastNanos: unsafe edge(0).pointee.load(ordering: .relaxed),
      greatestNanos: unsafe edge(1).pointee.load(ordering: .relaxed))
  }

  /// For histograms in memory of their own.
  public func deallocate() { unsafe base.deallocate() }

  @_noAllocation @_noLocks
  @inline(__always)
  static func bucket(_ nanos: UInt64) -> Int {
    if nanos < 64 { return Int(truncatingIfNeeded: nanos) }
    let shift = 63 &- nanos.leadingZeroBitCount &- 6
    return (shift &+ 1) &* 64 &+ Int(truncatingIfNeeded: (nanos &>> UInt64(truncatingIfNeeded: shift)) & 63)
  }

  /// The smallest latency that falls into a bucket.
  static func lowerBoundNanos(_ bucket: Int) -> UInt64 {
    if bucket < 64 { return UInt64(bucket) }
    return (64 + UInt64(bucket % 64)) << UInt64(bucket / 64 - 1)
  }

  /// The greatest one.
  static func upperBoundNanos(_ bucket: Int) -> UInt64 {
    bucket + 1 < bucketCount ? lowerBoundNanos(bucket + 1) - 1 : .max
  }
}
