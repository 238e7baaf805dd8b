import CRecords
import Domain
import Memory

/// Live trades of one symbol that wait for what comes before them, in id order.
struct HoldQueue: BitwiseCopyable {
  private let records: Slab<apus_record>
  private let base: Int
  private let mask: Int
  private var head = 0
  private(set) var count = 0

  init(_ records: Slab<apus_record>, base: Int, capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a queue's capacity is a power of two")
    self.records = records
    self.base = base
    mask = capacity - 1
  }

  /// Frees the slab that all queues share.
  func deallocateShared() { records.deallocate() }

  /// What became of a record.
  enum Insertion {
    case held
    /// One of this id is held; given.
    case repeated(apus_record)
    /// No room, or too far out of order.
    case full
  }

  /// A record that comes later than this many with higher ids is not looked for a place: the venue's streams are ordered,
  /// and what is dropped here comes again from REST.
  private static var reorderMost: Int {
    @_noAllocation @_noLocks
    get { 64 }
  }

  /// Puts a record into its place by id; nearly always that is the end.
  @_noAllocation @_noLocks
  mutating func insert(_ record: apus_record) -> Insertion {
    var place = count
    while place > 0 {
      let before = records[slot(place &- 1)]
      if before.id == record.id { return .repeated(before) }
      if before.id < record.id { break }
      if count &- place >= Self.reorderMost { return .full }
      place &-= 1
    }
    if count > mask { return .full }
    var moved = count
    while moved > place {
      records[slot(moved)] = records[slot(moved &- 1)]
      moved &-= 1
    }
    records[slot(place)] = record
    count &+= 1
    return .held
  }

  /// Whether two trades of one id say the same.
  @_noAllocation @_noLocks
  static func agree(_ one: apus_record, _ other: apus_record) -> Bool {
    if one.price_e8 != other.price_e8 || one.quantity_e8 != other.quantity_e8 { return false }
    return one.time_ms == other.time_ms && (one.flags ^ other.flags) & RecordFlags.sell == 0
  }

  /// Takes a record out again, if it is within the last ones.
  @_noAllocation @_noLocks
  mutating func remove(_ id: Int64) {
    var place = count
    while place > 0, records[slot(place &- 1)].id != id { place &-= 1 }
    if place == 0 { return }
    while place < count {
      records[slot(place &- 1)] = records[slot(place)]
      place &+= 1
    }
    count &-= 1
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private func slot(_ place: Int) -> Int { base &+ ((head &+ place) & mask) }

  @_noAllocation @_noLocks
  func first() -> apus_record { records[slot(0)] }

  /// The one after the first; only with two or more.
  @_noAllocation @_noLocks
  func second() -> apus_record { records[slot(1)] }

  @_noAllocation @_noLocks
  func lastId() -> Int64 { count == 0 ? .min : records[slot(count &- 1)].id }

  @_noAllocation @_noLocks
  mutating func pop() {
    head = (head &+ 1) & mask
    count &-= 1
    // An emptied queue begins at its first page again, so that only the deepest queue there was is ever touched.
    if count == 0 { head = 0 }
  }

  @_noAllocation @_noLocks
  mutating func dropLast() { count &-= 1 }
}
