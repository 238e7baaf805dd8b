import CRecords
import Synchronization

/// The ring between one producer of events (a feed, history, indicators, an operator) and the engine.
///
/// The engine decides the order of events by the order in which it takes them out of its rings. Sequences count up for
/// ever; slot = sequence & mask, lap = sequence / capacity.
///
///   slot        0              8                                                                    64
///               ┌──────────────┬──────────────────────────────────────────────────────────────────────┐
///               │ first word   │ the other 56 bytes of the record                                     │
///               └──────────────┴──────────────────────────────────────────────────────────────────────┘
///                bit 15, the high bit of `kind`: the lap. Set in even laps, clear in odd ones, so that zeroed memory is
///                empty in lap 0 and what lap n left is empty in lap n + 1.
///
///   line 0      the producer's: next sequence; how far it last saw the consumer
///   line 1      the consumer's: next sequence
///   line 2      refused: records the producer could not place
///
/// A slot is one cache line and says itself that it is full, so a record crosses as one line: the producer writes the seven
/// words behind, then the first with a release store; the consumer polls that one with an acquire load, then reads the rest.
/// All are atomic words, relaxed but for the first. Nobody but the producer writes a slot. The producer looks at the consumer's
/// line only when it believes the ring full; its own index it reads alone, unless somebody asks for the backlog. Lines are 128 bytes apart: x86 prefetches
/// cache lines in pairs.
///
/// What remains is the hand-over itself: the slot comes to the producer, which invalidates what the consumer polls, and
/// goes to the consumer. A ping-pong over one line needs but the second half, since who has just read it writes it. Over a
/// line for each direction, as two rings have them, one word each way takes what these rings take with their 64 bytes
/// (`tools/bench --only ring`, ring.round_trip.two_lines; README has the figures).
///
/// *Rejected:* an index of what was published, as `Memory.Ring` has: two lines a record, one after the other. A sequence
/// in the slot, which the record has no room for. A consumer that clears the slot: it writes what the producer writes next.
/// By measurement (round trip between near cores): fetching the producer's next slot ahead, which a polling consumer takes
/// back (no gain); stores of 16 and 32 bytes, which the compiler makes of plain ones, instead of words of eight (slower;
/// perhaps a wide load waits for the fields just written).
/// *Cost:* 15 bits of `kind` instead of 16, checked; a ring of records only, where `Memory.Ring` takes any element.
///
/// A handle without references; copies share the ring. Free it with `deallocate` after both sides have stopped.
@safe
@frozen
public struct RecordRing: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline let slots: UnsafeMutableRawPointer
  @usableFromInline let lines: UnsafeMutableRawPointer
  @usableFromInline let mask: Int

  /// `capacity` is a power of two, at least 2. Every slot is touched here, so that the first lap meets no page fault:
  /// 64 bytes each are resident from then on.
  public init(capacity: Int) {
    precondition(capacity >= 2 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
    mask = capacity - 1
    // SAFETY: `capacity` slots of eight words and three lines of 128 bytes; the words of a slot and the first two of a line
    // are initialised here, before anyone reads them, and the rest of a line is never read.
    unsafe slots = .allocate(byteCount: capacity * 64, alignment: 128)
    for index in 0..<capacity {
      let slot = unsafe (slots + index * 64).bindMemory(to: Atomic<UInt64>.self, capacity: 8)
      for word in 0..<8 { unsafe (slot + word).initialize(to: Atomic(0)) }
    }
    unsafe lines = .allocate(byteCount: 3 * 128, alignment: 128)
    for index in 0..<3 {
      let line = unsafe (lines + index * 128).bindMemory(to: Atomic<Int>.self, capacity: 2)
      unsafe line.initialize(to: Atomic(0))
      unsafe (line + 1).initialize(to: Atomic(0))
    }
  }

  public var capacity: Int {
    @_noAllocation @_noLocks
    get { mask &+ 1 }
  }

  // MARK: producer

  /// Places a record; false when the ring is full, which is counted. Producer's thread only.
  @inlinable @inline(__always)
  @_noAllocation @_noLocks
  public func push(_ record: apus_record) -> Bool {
    let next = unsafe produced.pointee.load(ordering: .relaxed)
    if next &- (unsafe seen.pointee.load(ordering: .relaxed)) > mask {
      if !hasRoom(next) { return false }
    }
    precondition(record.kind < 0x8000, "a record's kind leaves its high bit to the ring")
    let first =
      UInt64(record.kind) | UInt64(record.flags) &<< 16 | UInt64(record.symbol) &<< 32 | lap(next)
    // SAFETY: the record of a lap ago has been taken, so this thread alone touches the slot until it stores the first word.
    let slot = unsafe slot(next)
    unsafe slot[1].store(UInt64(bitPattern: record.time_ms), ordering: .relaxed)
    unsafe slot[2].store(UInt64(bitPattern: record.id), ordering: .relaxed)
    unsafe slot[3].store(UInt64(bitPattern: record.price_e8), ordering: .relaxed)
    unsafe slot[4].store(UInt64(bitPattern: record.quantity_e8), ordering: .relaxed)
    unsafe slot[5].store(UInt64(bitPattern: record.first_id), ordering: .relaxed)
    unsafe slot[6].store(Self.pair(record.span, UInt32(bitPattern: record.now_delta_ms)), ordering: .relaxed)
    unsafe slot[7].store(Self.pair(record.received_ns, record.crc32c), ordering: .relaxed)
    unsafe slot[0].store(first, ordering: .releasing)
    unsafe produced.pointee.store(next &+ 1, ordering: .releasing)
    return true
  }

  /// Looks how far the consumer is; counts a refusal.
  @usableFromInline
  @_noAllocation @_noLocks
  func hasRoom(_ next: Int) -> Bool {
    let consumed = unsafe taken.pointee.load(ordering: .acquiring)
    unsafe seen.pointee.store(consumed, ordering: .relaxed)
    if next &- consumed <= mask { return true }
    let count = unsafe refusals.pointee.load(ordering: .relaxed)
    unsafe refusals.pointee.store(count &+ 1, ordering: .relaxed)
    return false
  }

  /// Slots free for the producer, a lower bound. Producer's thread only.
  @inlinable
  @_noAllocation @_noLocks
  public func free() -> Int {
    let consumed = unsafe taken.pointee.load(ordering: .acquiring)
    unsafe seen.pointee.store(consumed, ordering: .relaxed)
    return mask &+ 1 &- ((unsafe produced.pointee.load(ordering: .relaxed)) &- consumed)
  }

  // MARK: consumer

  /// Takes the oldest record; false when the ring is empty. Consumer's thread only.
  @inlinable @inline(__always)
  @_noAllocation @_noLocks
  public func pop(into record: inout apus_record) -> Bool {
    let next = unsafe taken.pointee.load(ordering: .relaxed)
    // SAFETY: the producer leaves a full slot alone until this thread has stored that it is taken.
    let slot = unsafe slot(next)
    let first = unsafe slot[0].load(ordering: .acquiring)
    if (first ^ lap(next)) & 0x8000 != 0 { return false }
    record.kind = UInt16(truncatingIfNeeded: first & 0x7FFF)
    record.flags = UInt16(truncatingIfNeeded: first &>> 16)
    record.symbol = UInt32(truncatingIfNeeded: first &>> 32)
    record.time_ms = Int64(bitPattern: unsafe slot[1].load(ordering: .relaxed))
    record.id = Int64(bitPattern: unsafe slot[2].load(ordering: .relaxed))
    record.price_e8 = Int64(bitPattern: unsafe slot[3].load(ordering: .relaxed))
    record.quantity_e8 = Int64(bitPattern: unsafe slot[4].load(ordering: .relaxed))
    record.first_id = Int64(bitPattern: unsafe slot[5].load(ordering: .relaxed))
    let spanAndDelta = unsafe slot[6].load(ordering: .relaxed)
    record.span = UInt32(truncatingIfNeeded: spanAndDelta)
    record.now_delta_ms = Int32(truncatingIfNeeded: spanAndDelta &>> 32)
    let receivedAndSum = unsafe slot[7].load(ordering: .relaxed)
    record.received_ns = UInt32(truncatingIfNeeded: receivedAndSum)
    record.crc32c = UInt32(truncatingIfNeeded: receivedAndSum &>> 32)
    unsafe taken.pointee.store(next &+ 1, ordering: .releasing)
    return true
  }

  /// True when nothing waits to be taken. Consumer's thread only.
  @inlinable
  @_noAllocation @_noLocks
  public func isEmpty() -> Bool {
    let next = unsafe taken.pointee.load(ordering: .relaxed)
    // SAFETY: as in `pop`.
    let first = unsafe slot(next)[0].load(ordering: .acquiring)
    return (first ^ lap(next)) & 0x8000 != 0
  }

  // MARK: any thread

  /// Records waiting, as of some instant during the call. For whoever watches: each call takes a line from either side.
  @_noAllocation @_noLocks
  public func backlog() -> Int {
    let consumed = unsafe taken.pointee.load(ordering: .acquiring)
    let waiting = (unsafe produced.pointee.load(ordering: .acquiring)) &- consumed
    // The consumer may take a record before the producer has stored that it placed it.
    return waiting < 0 ? 0 : waiting
  }

  /// Records ever refused because the ring was full.
  @_noAllocation @_noLocks
  public func refused() -> Int { unsafe refusals.pointee.load(ordering: .relaxed) }

  public func deallocate() {
    // SAFETY: both of `init`; both sides have stopped.
    unsafe slots.deallocate()
    unsafe lines.deallocate()
  }

  // MARK: places

  /// What the lap bit of a full slot is: set in even laps.
  @inlinable @inline(__always)
  @_noAllocation @_noLocks
  func lap(_ sequence: Int) -> UInt64 { sequence & (mask &+ 1) == 0 ? 0x8000 : 0 }

  // SAFETY: sequence & mask is below the capacity, so the slot lies within the allocation.
  @inlinable @inline(__always)
  @_noAllocation @_noLocks
  func slot(_ sequence: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (slots + (sequence & mask) &* 64).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @inlinable @inline(__always)
  @_noAllocation @_noLocks
  static func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) &<< 32 }

  // SAFETY: a line starts with two initialised Atomic<Int>; all live until `deallocate`.
  @inlinable
  var produced: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) @_noAllocation @_noLocks
    get { unsafe lines.assumingMemoryBound(to: Atomic<Int>.self) }
  }

  @inlinable
  var seen: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) @_noAllocation @_noLocks
    get { unsafe (lines + 8).assumingMemoryBound(to: Atomic<Int>.self) }
  }

  @inlinable
  var taken: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) @_noAllocation @_noLocks
    get { unsafe (lines + 128).assumingMemoryBound(to: Atomic<Int>.self) }
  }

  @inlinable
  var refusals: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) @_noAllocation @_noLocks
    get { unsafe (lines + 256).assumingMemoryBound(to: Atomic<Int>.self) }
  }
}
