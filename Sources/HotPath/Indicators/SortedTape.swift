import Memory

/// One entry of a tape: a value that counts at a time, and its place in the input for ties.
struct TapeEntry: BitwiseCopyable {
  var timeMillis: Int64
  var order: Int64
  /// Bits of a double, or a price in 1e-8.
  var first: Int64
  /// Quantity in 1e-8, negative for a sell.
  var second: Int64

  @_noAllocation @_noLocks
  init(timeMillis: Int64, order: Int64, first: Int64, second: Int64) {
    self.timeMillis = timeMillis
    self.order = order
    self.first = first
    self.second = second
  }
}

/// The latest entries by time, sorted, in a ring of fixed capacity; the oldest leaves when it is full.
///
/// Input comes nearly in order, so an insertion is a step or two from the end; look-ups are binary.
struct SortedTape: BitwiseCopyable {
  private let entries: Slab<TapeEntry>
  private let base: Int
  private let mask: Int
  private var head = 0
  private(set) var count = 0
  /// Changes with every insertion, so that readers may cache sums.
  private(set) var version: UInt64 = 0

  /// Uses `capacity` (a power of two) elements of `entries` from `base` on.
  init(_ entries: Slab<TapeEntry>, base: Int, capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a tape's capacity is a power of two")
    self.entries = entries
    self.base = base
    mask = capacity - 1
  }

  /// Frees the slab that all tapes share.
  func deallocateShared() { entries.deallocate() }

  /// The entry at a position from the oldest.
  @_noAllocation @_noLocks
  func at(_ position: Int) -> TapeEntry { entries[slot(position)] }

  @_noAllocation @_noLocks
  mutating func insert(_ entry: TapeEntry) {
    version &+= 1
    if count > mask {
      let oldest = at(0)
      if isBefore(entry, oldest) { return }
      head = (head &+ 1) & mask
      count &-= 1
    }
    var position = count
    while position > 0 {
      let previous = at(position &- 1)
      if !isBefore(entry, previous) { break }
      entries[slot(position)] = previous
      position &-= 1
    }
    entries[slot(position)] = entry
    count &+= 1
  }

  /// How many entries have `timeMillis <= limit`: also the position of the first later one.
  @_noAllocation @_noLocks
  func countThrough(_ limit: Int64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low &+ high) >> 1
      if at(middle).timeMillis <= limit { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  @_noAllocation @_noLocks
  private func slot(_ position: Int) -> Int { base &+ ((head &+ position) & mask) }

  @_noAllocation @_noLocks
  private func isBefore(_ left: TapeEntry, _ right: TapeEntry) -> Bool {
    left.timeMillis == right.timeMillis ? left.order < right.order : left.timeMillis < right.timeMillis
  }
}
