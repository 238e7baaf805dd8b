import CFutex
import Synchronization

/// Where a consumer of several rings sleeps, and what its producers ring after publishing.
///
/// Without it a parked consumer would have to poll. Ringing costs a fence and a load while the consumer is awake, and
/// one futex call when it sleeps; ring once for a batch of records, not for each.
@safe
public struct Doorbell: @unchecked Sendable {
  private let word: UnsafeMutablePointer<Atomic<UInt32>>

  private static var awake: UInt32 { 0 }
  private static var asleep: UInt32 { 1 }

  public init() {
    // SAFETY: one atomic on a line of its own, initialised here, freed by `deallocate`.
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
    unsafe word = raw.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
    unsafe word.initialize(to: Atomic(Self.awake))
  }

  /// Wakes the consumer if it sleeps. Any producer's thread, after its records are published.
  @_noAllocation @_noLocks
  public func ring() {
    // Orders the published record before the look at the word; pairs with the fence in `sleep`.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe word.pointee.load(ordering: .relaxed) == Self.asleep {
      unsafe word.pointee.store(Self.awake, ordering: .relaxed)
      // SAFETY: an Atomic<UInt32> is laid out as its UInt32, which the kernel reads; it lives until `deallocate`.
      unsafe apus_futex_wake(UnsafePointer(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self)))
    }
  }

  /// Sleeps until rung or `timeoutNanos` have passed, unless `hasWork` says there is something to do.
  /// The consumer's thread only.
  public func sleep(timeoutNanos: UInt64, unless hasWork: () -> Bool) {
    unsafe word.pointee.store(Self.asleep, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if !hasWork() {
      // SAFETY: as in `ring`.
      unsafe apus_futex_wait(
        UnsafePointer(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self)), Self.asleep, timeoutNanos)
    }
    unsafe word.pointee.store(Self.awake, ordering: .relaxed)
  }

  public func deallocate() { unsafe word.deallocate() }
}
