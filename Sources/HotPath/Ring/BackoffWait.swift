import CClock

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Spins 20 us, then yields 100 us, then parks on the doorbell: the default.
///
/// A trade that follows another closely meets a spinning thread; an idle market costs no core. Waking from a park
/// costs some 50 us on a virtual machine, which is the price of leaving the core to the feed.
public struct BackoffWait: WaitStrategy, Sendable {
  private let spinNanos: UInt64
  private let yieldNanos: UInt64
  private var idleSinceNanos: UInt64 = 0

  public init(spinNanos: UInt64 = 20_000, yieldNanos: UInt64 = 100_000) {
    self.spinNanos = spinNanos
    self.yieldNanos = yieldNanos
  }

  public mutating func wait(on doorbell: Doorbell, deadlineNanos: UInt64, unless hasWork: () -> Bool) {
    let nanos = apus_monotonic_nanos()
    if idleSinceNanos == 0 { idleSinceNanos = nanos }
    let idleNanos = nanos - idleSinceNanos
    if idleNanos < spinNanos {
      apus_spin_hint()
    } else if idleNanos < spinNanos + yieldNanos {
      sched_yield()
    } else if deadlineNanos > nanos {
      doorbell.sleep(timeoutNanos: deadlineNanos - nanos, unless: hasWork)
    }
  }

  @_noAllocation @_noLocks
  public mutating func worked() { idleSinceNanos = 0 }
}
