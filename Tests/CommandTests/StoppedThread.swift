import CThreadStop
import Foundation

/// Stops one thread of this process for some seconds, as a debugger or a starved machine would: a signal's handler sleeps.
enum StoppedThread {
  static let seconds: UInt32 = 3

  static func install() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in _ = sleep(StoppedThread.seconds) }
    sigaction(SIGUSR2, &action, nil)
    // The pool's threads block signals, and those they make inherit that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  static func stop(named name: String) {
    for task in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? [] {
      let comm = (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)) ?? ""
      if comm == name + "\n", let id = Int(task) { _ = test_signal_thread(getpid(), Int32(id), SIGUSR2) }
    }
  }
}
