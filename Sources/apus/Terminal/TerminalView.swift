import Foundation

/// The live screen, redrawn in place. One thread: the one that also reads keys.
///
///     let view = TerminalView()
///     defer { view.close() }
///     while running { view.draw(model); if let key = keys.next(timeoutMillis: 250) { ... } }
struct TerminalView {
  let style: Style

  /// Whether there is a terminal to draw on and to read keys from; if not, use `LogLines`.
  static var isPossible: Bool {
    isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Takes the terminal over until `close` or the end of the process.
  init(style: Style = .detected(STDOUT_FILENO)) {
    self.style = style
    TerminalGuard.install()
  }

  func draw(_ model: ViewModel) {
    let (width, height) = Self.size()
    let lines = Screen.render(model, width: width, height: height, style: style)
    Self.write(Self.frame(lines))
  }

  func close() { TerminalGuard.restore() }

  /// One write a frame, bracketed so that a terminal that can shows it whole (mode 2026). Each line clears its own rest,
  /// which doesn't flicker as clearing the screen does.
  static func frame(_ lines: [String]) -> String {
    "\u{1B}[?2026h\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J\u{1B}[?2026l"
  }

  /// Columns and rows, asked anew for every frame: that is all a resize needs.
  static func size() -> (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  private static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      // A terminal that is gone needs no picture; the run goes on.
      if count < 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, count))
    }
  }
}
