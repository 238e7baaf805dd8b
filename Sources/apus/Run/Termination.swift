import Foundation
import Synchronization

/// Whether somebody asked this process to end (SIGINT, SIGTERM, SIGHUP). The first request ends it cleanly; a second
/// one ends it at once.
enum Termination {
  private static let requests = Atomic<Int>(0)

  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 || TerminalGuard.isTerminationRequested }

  /// Installs the handlers, for runs without a terminal view, which has its own. Main thread, once.
  static func install() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      // Only what is async-signal-safe: an atomic add, `signal`, `raise`.
      action.__sigaction_handler.sa_handler = { number in
        if Termination.requests.add(1, ordering: .relaxed).oldValue > 0 {
          signal(number, SIG_DFL)
          raise(number)
        }
      }
      sigaction(number, &action, nil)
    }
  }
}
