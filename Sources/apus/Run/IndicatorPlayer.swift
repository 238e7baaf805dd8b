import CRecords
import Domain
import HotPath
import Synchronization
import Venues

/// Plays an indicators file as events: what is known already at once, the rest when its time comes.
final class IndicatorPlayer: IndicatorSource {
  /// Nothing older can count: open interest looks back 45 min, liquidations 30, ages end at 15 in the shipped files.
  private static let lookBackMillis: Int64 = 2 * 3_600_000
  private static let pollMillis: UInt32 = 50

  /// Ordered by known_ms.
  private let records: [apus_record]
  private let ring: RecordRing
  private let doorbell: Doorbell
  private let clock: EngineClock
  private let played = Atomic<Int>(0)
  private let thread = RunThread("indicators")

  /// `ring` is this player's alone to push to.
  init(_ records: [apus_record], ring: RecordRing, doorbell: Doorbell, clock: EngineClock) {
    self.records = records
    self.ring = ring
    self.doorbell = doorbell
    self.clock = clock
  }

  /// How many of the file's records have been played.
  var playedCount: Int { played.load(ordering: .relaxed) }

  var state: FeedState { thread.isRunning && !thread.isStopping ? .streaming : .stopped }

  func start() throws(VenueError) { try thread.start { [self] in run() } }

  func stop() { thread.stop() }

  private func run() {
    let oldest = clock.nowMillis() - Self.lookBackMillis
    for record in records where record.id >= oldest {
      while record.id > clock.nowMillis() || ring.free() == 0 {
        if thread.isStopping { return }
        Pause.millis(Self.pollMillis)
      }
      _ = ring.push(record)
      doorbell.ring()
      played.add(1, ordering: .relaxed)
    }
  }
}
