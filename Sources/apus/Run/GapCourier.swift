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
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<VenueThread?>(nil)

  /// The courier is the ring's only consumer. `request` runs on its thread.
  init(_ gaps: Ring<GapEvent>, request: @escaping @Sendable (GapEvent) -> Void) {
    self.gaps = gaps
    self.request = request
  }

  func start() throws(VenueError) {
    let started = try VenueThread(name: "gaps") { [self] in run() }
    thread.withLock { $0 = started }
  }

  func stop() {
    isStopping.store(true, ordering: .relaxed)
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }

  /// What came since the last call.
  func take() -> [GapEvent] {
    kept.withLock { kept in
      defer { kept.removeAll() }
      return kept
    }
  }

  private func run() {
    var gap = Zeroed.gap
    while !isStopping.load(ordering: .relaxed) {
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
