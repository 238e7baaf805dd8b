import Foundation
import Synchronization

/// Puts the terminal back, whatever ends the process: a return, `exit`, a signal or a trap.
///
/// A terminal left raw and on the alternate screen is unusable, and the error that ended us would be lost with it.
enum TerminalGuard {
  private struct Saved {
    var terminal = termios()
    var isRaw = false
    /// By signal number; put back before the signal is raised again.
    var handlers: [sigaction]
  }

  /// Allocated once and never freed: a handler may run until the very end of the process.
  nonisolated(unsafe) private static var saved: UnsafeMutablePointer<Saved>?
  private static let terminations = Atomic<Int>(0)

  private static let fatalSignals = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]
  private static let endingSignals = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]

  /// Whether somebody asked this process to end. The first request is left to the run loop; a second one ends at once.
  static var isTerminationRequested: Bool { terminations.load(ordering: .relaxed) > 0 }

  /// Enters raw mode (keys arrive at once and aren't echoed; Ctrl-C stays a signal) and the alternate screen. Main
  /// thread, once, before other threads start.
  static func install() {
    guard saved == nil else { return }
    let state = UnsafeMutablePointer<Saved>.allocate(capacity: 1)
    // SAFETY: initialised before any handler that reads it is installed.
    state.initialize(to: Saved(handlers: Array(repeating: sigaction(), count: 65)))
    saved = state
    var raw = termios()
    if tcgetattr(STDIN_FILENO, &raw) == 0 {
      state.pointee.terminal = raw
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      state.pointee.isRaw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0
    }
    atexit { TerminalGuard.restore() }
    for signal in fatalSignals { handle(signal) { TerminalGuard.restoreAndRaise($0) } }
    for signal in endingSignals {
      handle(signal) { signal in
        if TerminalGuard.terminations.add(1, ordering: .relaxed).oldValue > 0 {
          TerminalGuard.restoreAndRaise(signal)
        }
      }
    }
    // A handler that does nothing, so that a resize wakes the poll for keys and the view redraws at once.
    handle(SIGWINCH) { _ in }
    write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
  }

  /// Leaves the alternate screen and raw mode. Any thread, any time, as often as you like.
  static func restore() {
    guard let state = saved else { return }
    write("\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
    if state.pointee.isRaw { tcsetattr(STDIN_FILENO, TCSANOW, &state.pointee.terminal) }
    // SAFETY: only the pointer is dropped; a handler already inside still finds its memory.
    saved = nil
  }

  private static func handle(_ signal: Int32, _ body: @escaping @convention(c) (Int32) -> Void) {
    guard let state = saved else { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = body
    sigaction(signal, &action, &state.pointee.handlers[Int(signal)])
  }

  /// Only async-signal-safe calls: write, tcsetattr, sigaction, raise.
  private static func restoreAndRaise(_ signal: Int32) {
    guard let state = saved else {
      Glibc.signal(signal, SIG_DFL)
      raise(signal)
      return
    }
    restore()
    sigaction(signal, &state.pointee.handlers[Int(signal)], nil)
    raise(signal)
  }

  /// Escapes go straight to the descriptor: a buffered stream's would come too late.
  private static func write(_ text: StaticString) {
    _ = Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}
