import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as a flag that the serving loop asks every millisecond.
enum StopSignal {
  private static let isRaised = Atomic<Bool>(false)

  static var isSet: Bool { isRaised.load(ordering: .relaxed) }

  // SAFETY: the handler only stores to a lock-free atomic, made before it can run.
  static func install() {
    isRaised.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in StopSignal.isRaised.store(true, ordering: .relaxed) }
    }
    signal(SIGPIPE, SIG_IGN)
  }
}
