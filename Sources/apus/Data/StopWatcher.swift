import Synchronization
import Venues

/// Passes Ctrl-C on to what blocks in a socket: a signal's handler may do next to nothing itself.
enum StopWatcher {
  private static let pauseMillis: UInt32 = 50

  /// Runs `body`; `stop` is called on a thread of its own once somebody asks this process to end.
  static func watch<Result>(stop: @escaping @Sendable () -> Void, _ body: () -> Result) throws(VenueError) -> Result {
    Termination.install()
    let isOver = Flag()
    let watcher = try VenueThread(name: "stop") {
      while !isOver.value.load(ordering: .relaxed) {
        if Termination.isRequested { return stop() }
        Pause.millis(pauseMillis)
      }
    }
    defer {
      isOver.value.store(true, ordering: .relaxed)
      watcher.join()
    }
    return body()
  }

  private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
  }
}
