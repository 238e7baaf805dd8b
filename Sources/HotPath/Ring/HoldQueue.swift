import CRecords
import Memory

/// Live trades of one symbol that wait for what comes before them, in id order.
struct HoldQueue: BitwiseCopyable {
  private let records: Slab<apus_record>
  private let base: Int
  private let mask: Int
  private var head = 0
  private(set) var count = 0
  /// Trades that found it full; they come again through a gap request.
  private(set) var overflowed: Int64 = 0

  init(_ records: Slab<apus_record>, base: Int, capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a queue's capacity is a power of two")
    self.records = records
    self.base = base
    mask = capacity - 1
  }

  /// Frees the slab that all queues share.
  func deallocateShared() { records.deallocate() }

  @_noAllocation @_noLocks
  mutating func push(_ record: apus_record) {
    if count > mask {
      overflowed &+= 1
      return
    }
    records[base &+ ((head &+ count) & mask)] = record
    count &+= 1
  }

  @_noAllocation @_noLocks
  func first() -> apus_record { records[base &+ head] }

  @_noAllocation @_noLocks
  func lastId() -> Int64 { count == 0 ? .min : records[base &+ ((head &+ count &- 1) & mask)].id }

  @_noAllocation @_noLocks
  mutating func pop() {
    head = (head &+ 1) & mask
    count &-= 1
  }
}
