import CClock
import Synchronization

/// The engine's clock: this machine's wall clock, corrected to the exchange's.
///
/// It is read once for each event that the engine takes from a ring, and nowhere else to decide anything. Never goes
/// back; a step of the wall clock backwards makes it stand still.
final class EngineClock: Sendable {
  private let offset = Atomic<Int64>(0)

  /// The venue's clock minus ours, ms.
  var offsetMillis: Int64 {
    get { offset.load(ordering: .relaxed) }
    set { offset.store(newValue, ordering: .relaxed) }
  }

  /// Milliseconds since the epoch by the exchange's clock. Any thread; costs about 25 ns.
  func nowMillis() -> Int64 { apus_wall_millis() + offset.load(ordering: .relaxed) }
}
