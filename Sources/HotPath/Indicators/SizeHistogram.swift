import Memory

/// Trade quantities of the 24 h window in log-linear buckets, with P95 and P99 followed as trades come and go.
///
/// u < 512 is its own bucket; above, e = floor(log2 u) - 8 and the bucket's value is (u >> e) << e, a relative error of
/// at most 1/256. 14,336 buckets cover Int64. A quantile is a cursor that moves at most an occupied bucket or two with
/// each change; a two-level bitmap leads it over empty stretches. It moves when it is asked, not with each change: P99 is
/// asked once for each trade, P95 only for rows that leave the engine. Counting down from the largest bucket, with vectors,
/// takes 24 times as long (`tools/bench`, window.quantile.scan).
struct SizeHistogram: BitwiseCopyable {
  static var bucketCount: Int { 14_336 }
  static var wordCount: Int { bucketCount / 64 }
  static var summaryCount: Int { 4 }

  private let counts: Slab<UInt32>
  private let words: Slab<UInt64>
  private let summaries: Slab<UInt64>
  private let countBase: Int
  private let wordBase: Int
  private let summaryBase: Int
  private(set) var count: Int64 = 0
  private var rank95 = RankCursor(percent: 95)
  private var rank99 = RankCursor(percent: 99)

  /// The histogram of symbol `index` within slabs shared by all symbols.
  init(counts: Slab<UInt32>, words: Slab<UInt64>, summaries: Slab<UInt64>, index: Int) {
    self.counts = counts
    self.words = words
    self.summaries = summaries
    countBase = index * Self.bucketCount
    wordBase = index * Self.wordCount
    summaryBase = index * Self.summaryCount
  }

  /// Value of the bucket that holds the nearest rank, units of 1e-8; -1 when the window is empty.
  var p95: Int64 {
    @_noAllocation @_noLocks
    mutating get {
      if count == 0 { return -1 }
      let rank = rank95.rank(of: count)
      if !isSettled(rank95, rank) { rank95 = moved(rank95, to: rank) }
      return Self.value(rank95.bucket)
    }
  }

  var p99: Int64 {
    @_noAllocation @_noLocks
    mutating get {
      if count == 0 { return -1 }
      let rank = rank99.rank(of: count)
      if !isSettled(rank99, rank) { rank99 = moved(rank99, to: rank) }
      return Self.value(rank99.bucket)
    }
  }

  /// Whether a bucket's value reaches P99: values ascend with buckets. Not to be asked of an empty window.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func isAtLeastP99(_ bucket: Int) -> Bool {
    let rank = rank99.rank(of: count)
    if !isSettled(rank99, rank) { rank99 = moved(rank99, to: rank) }
    return bucket >= rank99.bucket
  }

  /// The bucket of a quantity of at least 0.
  @_noAllocation @_noLocks
  @inline(__always)
  static func bucket(_ quantity: Int64) -> Int {
    if quantity < 512 { return Int(quantity) }
    let shift = 55 &- quantity.leadingZeroBitCount
    return shift &* 256 &+ Int(quantity >> Int64(shift))
  }

  /// The value that stands for all quantities of a bucket.
  @_noAllocation @_noLocks
  static func value(_ bucket: Int) -> Int64 {
    if bucket < 512 { return Int64(bucket) }
    let shift = bucket / 256 &- 1
    return Int64(bucket &- shift &* 256) << Int64(shift)
  }

  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(_ bucket: Int) {
    // SAFETY: a bucket is below `bucketCount`, and the slab holds that many from each symbol's base on.
    let held = unsafe counts[unchecked: countBase &+ bucket]
    if held == 0 { mark(bucket) }
    unsafe counts[unchecked: countBase &+ bucket] = held &+ 1
    count &+= 1
    if count == 1 {
      rank95.restart(at: bucket)
      rank99.restart(at: bucket)
    }
    rank95.added(bucket)
    rank99.added(bucket)
  }

  @_noAllocation @_noLocks
  @inline(__always)
  mutating func remove(_ bucket: Int) {
    // SAFETY: as in `add`.
    let held = unsafe counts[unchecked: countBase &+ bucket]
    if held == 1 { unmark(bucket) }
    unsafe counts[unchecked: countBase &+ bucket] = held &- 1
    count &-= 1
    rank95.removed(bucket)
    rank99.removed(bucket)
  }

  /// Takes a run of trades out. One by one: AVX2 has no scatter, and two quantities of a vector may fall in one bucket.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func remove(_ first: Int, _ trades: Int, of pool: TradePool) {
    let bucket95 = rank95.bucket
    let bucket99 = rank99.bucket
    var below95: Int64 = 0
    var below99: Int64 = 0
    var place = first
    let end = first &+ trades &* TradePool.stride
    while place < end {
      let signed = pool.quantity(place)
      let sign = signed >> 63
      let bucket = Self.bucket((signed ^ sign) &- sign)
      // SAFETY: as in `add`.
      let held = unsafe counts[unchecked: countBase &+ bucket]
      unsafe counts[unchecked: countBase &+ bucket] = held &- 1
      // By arithmetic: whether a trade was its bucket's last is a coin toss, and mispredicting it took half of the time.
      // SAFETY: a bucket's word is below `wordCount`, and the slab holds that many from each symbol's base on.
      let word = bucket >> 6
      let rest = unsafe words[unchecked: wordBase &+ word] & ~((held == 1 ? 1 : 0) << UInt64(bucket & 63))
      unsafe words[unchecked: wordBase &+ word] = rest
      if rest == 0 { unmark(bucket) }
      below95 &+= bucket < bucket95 ? 1 : 0
      below99 &+= bucket < bucket99 ? 1 : 0
      place &+= TradePool.stride
    }
    count &-= Int64(trades)
    rank95.below &-= below95
    rank99.below &-= below99
  }

  /// Whether a cursor stands at the bucket that holds its rank: below < rank <= below + count of the bucket.
  ///
  /// The cursor is handed in by value: with `inout`, self would be copied, all 128 bytes, since the cursor is part of it.
  @_noAllocation @_noLocks
  @inline(__always)
  private func isSettled(_ cursor: RankCursor, _ rank: Int64) -> Bool {
    if rank <= cursor.below { return false }
    // SAFETY: as in `add`.
    return rank <= cursor.below &+ Int64(unsafe counts[unchecked: countBase &+ cursor.bucket])
  }

  @_noAllocation @_noLocks
  @inline(never)
  private func moved(_ from: RankCursor, to rank: Int64) -> RankCursor {
    var cursor = from
    while rank <= cursor.below {
      cursor.bucket = occupied(before: cursor.bucket)
      cursor.below &-= Int64(counts[countBase &+ cursor.bucket])
    }
    while rank > cursor.below &+ Int64(counts[countBase &+ cursor.bucket]) {
      cursor.below &+= Int64(counts[countBase &+ cursor.bucket])
      cursor.bucket = occupied(after: cursor.bucket)
    }
    return cursor
  }

  /// Frees the slabs that all symbols' histograms share.
  func deallocateShared() {
    counts.deallocate()
    words.deallocate()
    summaries.deallocate()
  }

  // MARK: bitmap

  @_noAllocation @_noLocks
  private func mark(_ bucket: Int) {
    let word = bucket >> 6
    words[wordBase &+ word] |= 1 << UInt64(bucket & 63)
    summaries[summaryBase &+ (word >> 6)] |= 1 << UInt64(word & 63)
  }

  @_noAllocation @_noLocks
  private func unmark(_ bucket: Int) {
    let word = bucket >> 6
    words[wordBase &+ word] &= ~(1 << UInt64(bucket & 63))
    if words[wordBase &+ word] == 0 { summaries[summaryBase &+ (word >> 6)] &= ~(1 << UInt64(word & 63)) }
  }

  /// The next occupied bucket above; there is one whenever a rank lies above.
  @_noAllocation @_noLocks
  private func occupied(after bucket: Int) -> Int {
    var word = bucket >> 6
    let rest = words[wordBase &+ word] & ~Self.through(bucket & 63)
    if rest != 0 { return word << 6 | rest.trailingZeroBitCount }
    var group = word >> 6
    var summary = summaries[summaryBase &+ group] & ~Self.through(word & 63)
    while summary == 0 {
      group &+= 1
      precondition(group < Self.summaryCount, "a rank above has an occupied bucket")
      summary = summaries[summaryBase &+ group]
    }
    word = group << 6 | summary.trailingZeroBitCount
    return word << 6 | words[wordBase &+ word].trailingZeroBitCount
  }

  /// The next occupied bucket below; there is one whenever a rank lies below.
  @_noAllocation @_noLocks
  private func occupied(before bucket: Int) -> Int {
    var word = bucket >> 6
    let rest = words[wordBase &+ word] & Self.below(bucket & 63)
    if rest != 0 { return word << 6 | (63 &- rest.leadingZeroBitCount) }
    var group = word >> 6
    var summary = summaries[summaryBase &+ group] & Self.below(word & 63)
    while summary == 0 {
      group &-= 1
      precondition(group >= 0, "a rank below has an occupied bucket")
      summary = summaries[summaryBase &+ group]
    }
    word = group << 6 | (63 &- summary.leadingZeroBitCount)
    return word << 6 | (63 &- words[wordBase &+ word].leadingZeroBitCount)
  }

  /// Bits 0...bit.
  @_noAllocation @_noLocks
  private static func through(_ bit: Int) -> UInt64 { below(bit) | (1 << UInt64(bit)) }

  /// Bits 0..<bit.
  @_noAllocation @_noLocks
  private static func below(_ bit: Int) -> UInt64 { (1 << UInt64(bit)) &- 1 }
}

/// Where one quantile stands: its bucket, and how many quantities lie in lower ones.
private struct RankCursor: BitwiseCopyable {
  private let percent: Int64
  var bucket = 0
  var below: Int64 = 0

  init(percent: Int64) { self.percent = percent }

  /// The nearest rank, 1-based: `(percent * n + 99) div 100`.
  @_noAllocation @_noLocks
  @inline(__always)
  func rank(of count: Int64) -> Int64 {
    // Unsigned: a division by a constant is then a multiplication and a shift.
    Int64(bitPattern: UInt64(bitPattern: percent &* count &+ 99) / 100)
  }

  @_noAllocation @_noLocks
  mutating func restart(at bucket: Int) {
    self.bucket = bucket
    below = 0
  }

  @_noAllocation @_noLocks
  @inline(__always)
  mutating func added(_ other: Int) { below &+= other < bucket ? 1 : 0 }

  @_noAllocation @_noLocks
  @inline(__always)
  mutating func removed(_ other: Int) { below &-= other < bucket ? 1 : 0 }
}
