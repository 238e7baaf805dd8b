import HotPath
import Memory
import Synchronization
import Venues

/// Carries what the engine misses to history, on a thread of its own: a terminal that is stopped (Ctrl-S, a suspended shell, a
/// pager) must not keep gaps from being filled. Keeps them for whoever shows them, newest last, and forgets the oldest.
final class GapCourier: Sendable {
  private static let keptMost = 4_096
  private static let pauseMillis: UInt32 = 10

  private let gaps: Ring<GapEvent>
  private let request: @Sendable (GapEvent) -> Void
  private let kept = Mutex<[GapEvent]>([])
  private let thread = RunThread("gaps")

  /// The courier is the ring's only consumer. `request` runs on its thread.
  init(_ gaps: Ring<GapEvent>, request: @escaping @Sendable (GapEvent) -> Void) {
    self.gaps = gaps
    self.request = request
  }

  func start() throws(VenueError) { try thread.start { [self] in run() } }

  func stop() { thread.stop() }

  /// What came since the last call.
  func take() -> [GapEvent] {
    kept.withLock { kept in
      defer { kept.removeAll() }
      return kept
    }
  }

  private func run() {
    var gap = Zeroed.gap
    while !thread.isStopping {
      while gaps.pop(into: &gap) {
        request(gap)
        kept.withLock { kept in
          if kept.count == Self.keptMost { kept.removeFirst(Self.keptMost / 2) }
          kept.append(gap)
        }
      }
      Pause.millis(Self.pauseMillis)
    }
  }
}
