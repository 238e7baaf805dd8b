import Foundation

/// A progress bar on standard error, drawn only on a terminal: percent, rate and time left.
struct ProgressBar {
  private let label: String
  private let unit: String
  private let total: Int64?
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var nextDraw = ContinuousClock.now

  /// `total` nil: unknown, so only the rate is shown.
  init(_ label: String, total: Int64?, unit: String, isShown: Bool = isatty(STDERR_FILENO) == 1) {
    self.label = label
    self.unit = unit
    self.total = total
    self.isShown = isShown
  }

  /// Cheap enough to call often: it draws ten times a second at most. Reading the clock costs 30 ns; call it per
  /// thousand trades, not per trade.
  mutating func update(_ done: Int64) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now >= nextDraw else { return }
    nextDraw = now + .milliseconds(100)
    draw(done, now)
  }

  /// Removes the bar; what is said next starts at the left edge.
  mutating func finish() {
    guard isShown else { return }
    StandardStream.write("\r\u{1B}[K", to: STDERR_FILENO)
  }

  private func draw(_ done: Int64, _ now: ContinuousClock.Instant) {
    let elapsed = now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let line = Self.line(label, done: done, total: total, unit: unit, seconds: seconds, width: Self.width())
    StandardStream.write("\r\(line)\u{1B}[K", to: STDERR_FILENO)
  }

  /// `replay [####....]  52%  1.20M trades/s  ETA 3.1s`, at most `width` columns.
  static func line(_ label: String, done: Int64, total: Int64?, unit: String, seconds: Double, width: Int) -> String {
    let rate = seconds > 0 ? Double(done) / seconds : 0
    let speed = "\(short(rate)) \(unit)/s"
    guard let total, total > 0 else {
      return DisplayWidth.fitted("\(label)  \(short(Double(done))) \(unit)  \(speed)", width)
    }
    let share = min(1, Double(done) / Double(total))
    let left = rate > 0 ? Figures.duration(Int64(Double(max(0, total - done)) / rate * 1000)) : Figures.absent
    let percent = DisplayWidth.padded(Figures.percent(share, 0), 4, right: true)
    let tail = "  \(percent)  \(speed)  ETA \(left)"
    let room = min(40, width - DisplayWidth.columns(label) - tail.count - 3)
    let bar = room >= 5 ? " [\(Figures.bar(share, width: room))]" : ""
    return DisplayWidth.fitted(label + bar + tail, width)
  }

  private static func short(_ value: Double) -> String {
    switch value {
    case 1e6...: Figures.fixed(value / 1e6, 2) + "M"
    case 1e4...: Figures.fixed(value / 1e3, 0) + "k"
    default: Figures.fixed(value, 0)
    }
  }

  private static func width() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
    // The last column stays free: some terminals wrap as soon as it is filled.
    return Int(size.ws_col) - 1
  }
}
