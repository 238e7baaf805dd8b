import Memory

/// The size quantiles of one window by themselves, for measurements; nothing that trades makes one.
package struct SizesProbe {
  private let counts = Slab<UInt32>(zeroed: SizeHistogram.bucketCount)
  private let words = Slab<UInt64>(zeroed: SizeHistogram.wordCount)
  private let summaries = Slab<UInt64>(zeroed: SizeHistogram.summaryCount)
  private var sizes: SizeHistogram

  package init() { sizes = SizeHistogram(counts: counts, words: words, summaries: summaries, index: 0) }

  package func deallocate() { sizes.deallocateShared() }

  @_noAllocation @_noLocks
  package static func bucket(_ quantity: Int64) -> Int { SizeHistogram.bucket(quantity) }

  @_noAllocation @_noLocks
  package static func value(_ bucket: Int) -> Int64 { SizeHistogram.value(bucket) }

  @_noAllocation @_noLocks
  package mutating func add(_ bucket: Int) { sizes.add(bucket) }

  @_noAllocation @_noLocks
  package mutating func remove(_ bucket: Int) { sizes.remove(bucket) }

  /// Values of the buckets, units of 1e-8.
  package var quantiles: (p95: Int64, p99: Int64) {
    @_noAllocation @_noLocks
    mutating get { (sizes.p95, sizes.p99) }
  }
}
