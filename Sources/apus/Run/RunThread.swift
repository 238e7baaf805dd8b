import Synchronization
import Venues

/// One of a run's threads: started once, asked to end, waited for.
///
/// A value that its owner holds: whoever loops on `isStopping` reads a flag of the owner's own, as the engine does between two
/// events, and follows no reference to get there.
struct RunThread: ~Copyable, Sendable {
  private let name: String
  private let cpu: Int?
  private let stopping = Atomic<Bool>(false)
  private let running = Mutex<VenueThread?>(nil)

  /// `name` and `cpu` as `VenueThread` takes them.
  init(_ name: String, cpu: Int? = nil) {
    self.name = name
    self.cpu = cpu
  }

  /// The thread is to come to its end. Any thread.
  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// Started, and not stopped yet. Any thread.
  var isRunning: Bool { running.withLock { $0 != nil } }

  func start(_ body: @escaping @Sendable () -> Void) throws(VenueError) {
    precondition(!isRunning, "a run's thread is started once")
    let started = try VenueThread(name: name, cpu: cpu, body)
    running.withLock { $0 = started }
  }

  /// Asks it to end, calls `wake` for a thread that may sleep, and waits. Does nothing more when it never started.
  func stop(wake: () -> Void = {}) {
    stopping.store(true, ordering: .relaxed)
    wake()
    let thread = running.withLock { running in
      defer { running = nil }
      return running
    }
    thread?.join()
  }
}
