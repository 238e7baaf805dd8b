import CClock

/// Never gives the core away. For machines with a core to spare for each busy thread: the lowest latency, at the price
/// of a core at 100 %. On two cores it starves the feed.
public struct SpinWait: WaitStrategy, Sendable {
  public init() {}

  public mutating func wait(on doorbell: Doorbell, deadlineNanos: UInt64, unless hasWork: () -> Bool) {
    apus_spin_hint()
  }

  @_noAllocation @_noLocks
  public mutating func worked() {}
}
