import CClock
import Foundation

/// The main thread of a run: news to log or screen, keys to commands, until somebody or the clock ends it.
final class RunLoop {
  private static let frameMillis: Int32 = 200
  private static let pollMillis: UInt32 = 50

  private let session: LiveSession
  private let log: EventLog?
  private let format: String
  private let deadline: ContinuousClock.Instant?
  /// On the monotonic clock: how long a run is up must not follow the venue's.
  private let startMillis: Int64
  private var model: SessionModel
  private var isPaused = false

  init(session: LiveSession, venue: String, log: EventLog?, format: String, durationSeconds: Double?) {
    self.session = session
    self.log = log
    self.format = format
    deadline = durationSeconds.map { ContinuousClock.now + .milliseconds(Int64($0 * 1000)) }
    startMillis = Self.monotonicMillis()
    model = SessionModel(session, venue: venue)
  }

  func runWithView() throws {
    let view = TerminalView()
    defer { view.close() }
    var keys = KeyReader()
    try session.start()
    defer { session.stop() }
    while !isOver() {
      try tell(model.takeEvents())
      view.draw(model.view(startMillis: startMillis))
      switch keys.next(timeoutMillis: Self.frameMillis) {
      case .quit: return
      case .pause: toggleEntries()
      case .explain: model.explains.toggle()
      case .help: model.showsHelp.toggle()
      case nil: break
      }
      session.latencies.tend()
      if let failure = session.history.failure { throw failure }
    }
  }

  func runWithLines() throws {
    Termination.install()
    StandardStream.ignoreBrokenPipes()
    var lines = LineOutput(format: format)
    var status = LogLines()
    try session.start()
    defer { session.stop() }
    // Who closes the pipe has seen enough; a run that nobody watches must not go on unseen.
    while !isOver(), !lines.isClosed {
      try tell(model.takeEvents()) { lines.write($0, nowMillis: $1) }
      if status.isDue(nowMillis: Self.monotonicMillis()) {
        lines.write(.status(model.view(startMillis: startMillis)), nowMillis: session.clock.nowMillis())
      }
      session.latencies.tend()
      if let failure = session.history.failure { throw failure }
      Pause.millis(Self.pollMillis)
    }
    try tell(model.takeEvents()) { lines.write($0, nowMillis: $1) }
  }

  /// What is left to say once the screen is given back.
  func summary() -> String {
    LogLines.line(.status(model.view(startMillis: startMillis)), nowMillis: session.clock.nowMillis())
  }

  private static func monotonicMillis() -> Int64 { Int64(apus_monotonic_nanos() / 1_000_000) }

  private func isOver() -> Bool {
    if Termination.isRequested { return true }
    return deadline.map { ContinuousClock.now >= $0 } ?? false
  }

  private func tell(_ events: [LogLines.Event], show: (LogLines.Event, Int64) -> Void = { _, _ in }) throws {
    let now = session.clock.nowMillis()
    for event in events {
      show(event, now)
      try log?.append(event, nowMillis: now)
    }
  }

  private func toggleEntries() {
    if session.inputs.send(isPaused ? .resumeEntries : .pauseEntries) { isPaused.toggle() }
  }
}

/// Events on standard output, a line each: text for people, JSON for programs.
struct LineOutput {
  let format: String
  /// Whoever read the lines is gone: `apus run --lines | head -n 1`.
  private(set) var isClosed = false

  init(format: String) { self.format = format }

  /// A line that a full disk has no room for is lost, and the run goes on.
  mutating func write(_ event: LogLines.Event, nowMillis: Int64) {
    let line =
      format == "json" ? EventLog.line(event, nowMillis: nowMillis) : LogLines.line(event, nowMillis: nowMillis)
    if StandardStream.write(line + "\n", to: STDOUT_FILENO) == .closed { isClosed = true }
  }
}
