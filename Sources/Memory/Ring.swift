import Synchronization

/// A single-producer, single-consumer ring of fixed-size elements.
///
/// Every producer has a ring of its own, so no slot is ever contended (LMAX Disruptor's one-writer rule). Sequences
/// count up for ever; slot = sequence & mask.
///
///   line 0  published   written by the producer, read by the consumer
///   line 1  the producer's own: next sequence, last seen `consumed`
///   line 2  consumed    written by the consumer, read by the producer
///   line 3  the consumer's own: next sequence, last seen `published`
///   line 4  refused     elements the producer could not place
///
/// Lines are 128 bytes apart: x86 prefetches cache lines in pairs. Each side keeps the other's last seen sequence and
/// reads the shared line again only when that says full or empty, so a busy ring moves about one line a batch.
/// A handle without references; copies share the ring. Free it with `deallocate` after both sides have stopped.
@safe
@frozen
public struct Ring<Element: BitwiseCopyable>: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline let slots: Slab<Element>
  @usableFromInline let lines: UnsafeMutableRawPointer
  @usableFromInline let mask: Int

  @usableFromInline
  struct Own {
    @usableFromInline var next: Int
    @usableFromInline var seen: Int
  }

  /// `capacity` is a power of two, at least 2. All-zero bytes must be a valid element.
  public init(capacity: Int) {
    precondition(capacity >= 2 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
    slots = Slab(zeroed: capacity)
    mask = capacity - 1
    // SAFETY: five lines, aligned to their size, zeroed here before anyone reads them.
    unsafe lines = .allocate(byteCount: 5 * 128, alignment: 128)
    unsafe lines.initializeMemory(as: UInt8.self, repeating: 0, count: 5 * 128)
    for line in [0, 2, 4] {
      unsafe (lines + line * 128).bindMemory(to: Atomic<Int>.self, capacity: 1).initialize(to: Atomic(0))
    }
  }

  public var capacity: Int { mask + 1 }

  // MARK: producer

  /// Places an element; false when the ring is full, which is counted. Producer's thread only.
  @inlinable @inline(__always)
  public func push(_ element: Element) -> Bool {
    let next = unsafe own(1).pointee.next
    if next &- (unsafe own(1).pointee.seen) > mask {
      unsafe own(1).pointee.seen = unsafe shared(2).pointee.load(ordering: .acquiring)
      if next &- (unsafe own(1).pointee.seen) > mask {
        let refused = unsafe shared(4).pointee.load(ordering: .relaxed)
        unsafe shared(4).pointee.store(refused &+ 1, ordering: .relaxed)
        return false
      }
    }
    slots[next & mask] = element
    unsafe own(1).pointee.next = next &+ 1
    unsafe shared(0).pointee.store(next &+ 1, ordering: .releasing)
    return true
  }

  /// Slots free for the producer, a lower bound. Producer's thread only.
  @inlinable
  public func free() -> Int {
    unsafe own(1).pointee.seen = unsafe shared(2).pointee.load(ordering: .acquiring)
    return mask &+ 1 &- ((unsafe own(1).pointee.next) &- (unsafe own(1).pointee.seen))
  }

  // MARK: consumer

  /// Takes the oldest element; false when the ring is empty. Consumer's thread only.
  @inlinable @inline(__always)
  public func pop(into element: inout Element) -> Bool {
    let next = unsafe own(3).pointee.next
    if next == (unsafe own(3).pointee.seen) {
      unsafe own(3).pointee.seen = unsafe shared(0).pointee.load(ordering: .acquiring)
      if next == (unsafe own(3).pointee.seen) { return false }
    }
    element = slots[next & mask]
    unsafe own(3).pointee.next = next &+ 1
    unsafe shared(2).pointee.store(next &+ 1, ordering: .releasing)
    return true
  }

  /// True when nothing waits to be taken. Consumer's thread only.
  @inlinable
  public func isEmpty() -> Bool {
    unsafe shared(0).pointee.load(ordering: .acquiring) == own(3).pointee.next
  }

  // MARK: any thread

  /// Elements waiting, as of some instant during the call.
  public func backlog() -> Int {
    let consumed = unsafe shared(2).pointee.load(ordering: .acquiring)
    return max(0, (unsafe shared(0).pointee.load(ordering: .acquiring)) - consumed)
  }

  /// Elements ever refused because the ring was full.
  public func refused() -> Int { unsafe shared(4).pointee.load(ordering: .relaxed) }

  public func deallocate() {
    slots.deallocate()
    unsafe lines.deallocate()
  }

  // SAFETY: lines 0, 2 and 4 hold an initialised Atomic<Int>, lines 1 and 3 zeroed Own structs that only one thread
  // touches; all live until `deallocate`.
  @inlinable @inline(__always)
  func shared(_ line: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    unsafe (lines + line &* 128).assumingMemoryBound(to: Atomic<Int>.self)
  }

  @inlinable @inline(__always)
  func own(_ line: Int) -> UnsafeMutablePointer<Own> {
    unsafe (lines + line &* 128).assumingMemoryBound(to: Own.self)
  }
}
