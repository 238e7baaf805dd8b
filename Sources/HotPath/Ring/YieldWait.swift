import CClock

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Never sleeps, but offers the core to others each time: for machines where somebody else may need it now and then.
///
/// A core at 100 % like `SpinWait`'s; with nobody waiting for the core, a look costs one syscall (some 0.5 us) more than
/// spinning. With somebody, the wait lasts as long as the other's turn.
public struct YieldWait: WaitStrategy, Sendable {
  public init() {}

  public mutating func wait(on doorbell: Doorbell, deadlineNanos: UInt64, unless hasWork: () -> Bool) {
    sched_yield()
  }

  public mutating func worked() {}
}
