import CClock
import Synchronization

/// The engine's clock: the exchange's, kept by this machine's monotonic clock.
///
/// It is read once for each group of events that the engine takes from a ring, and nowhere else to decide anything. The wall
/// clock is not asked: whoever steps it (an operator, NTP after a sleep, daylight saving done wrong) must not move stops,
/// holding limits or windows. `VenueWatch` measures the exchange's clock again every minute, since a quartz drifts by
/// seconds a day; what it corrects backwards makes the engine's `now` stand still for as long.
final class EngineClock: Sendable {
  private let offset = Atomic<Int64>(0)
  private let wallOffset = Atomic<Int64>(0)

  /// The venue's clock minus the monotonic one, ms.
  var monotonicOffsetMillis: Int64 {
    get { offset.load(ordering: .relaxed) }
    set { offset.store(newValue, ordering: .relaxed) }
  }

  /// The venue's clock minus this machine's wall clock, ms, when it was last measured: for people.
  var wallOffsetMillis: Int64 {
    get { wallOffset.load(ordering: .relaxed) }
    set { wallOffset.store(newValue, ordering: .relaxed) }
  }

  /// Milliseconds since the epoch by the exchange's clock. Any thread; costs about 25 ns.
  func nowMillis() -> Int64 { Int64(apus_monotonic_nanos() / 1_000_000) + offset.load(ordering: .relaxed) }
}
