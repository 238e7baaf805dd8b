import Foundation

/// The main thread of a run: news to log or screen, keys to commands, until somebody or the clock ends it.
final class RunLoop {
  private static let frameMillis: Int32 = 200
  private static let pollMillis: UInt32 = 50

  private let session: LiveSession
  private let log: EventLog?
  private let format: String
  private let deadline: ContinuousClock.Instant?
  private let startMillis: Int64
  private var model: SessionModel
  private var isPaused = false

  init(session: LiveSession, venue: String, log: EventLog?, format: String, durationSeconds: Double?) {
    self.session = session
    self.log = log
    self.format = format
    deadline = durationSeconds.map { ContinuousClock.now + .milliseconds(Int64($0 * 1000)) }
    startMillis = session.clock.nowMillis()
    model = SessionModel(session, venue: venue)
  }

  func runWithView() throws {
    let view = TerminalView()
    defer { view.close() }
    var keys = KeyReader()
    try session.start()
    defer { session.stop() }
    while !isOver() {
      try tell(model.takeEvents(), on: nil)
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
    let lines = LineOutput(format: format)
    var status = LogLines()
    try session.start()
    defer { session.stop() }
    while !isOver() {
      try tell(model.takeEvents(), on: lines)
      let now = session.clock.nowMillis()
      if status.isDue(nowMillis: now) { lines.write(.status(model.view(startMillis: startMillis)), nowMillis: now) }
      session.latencies.tend()
      if let failure = session.history.failure { throw failure }
      Pause.millis(Self.pollMillis)
    }
    try tell(model.takeEvents(), on: lines)
  }

  /// What is left to say once the screen is given back.
  func summary() -> String {
    LogLines.line(.status(model.view(startMillis: startMillis)), nowMillis: session.clock.nowMillis())
  }

  private func isOver() -> Bool {
    if Termination.isRequested { return true }
    return deadline.map { ContinuousClock.now >= $0 } ?? false
  }

  private func tell(_ events: [LogLines.Event], on lines: LineOutput?) throws {
    let now = session.clock.nowMillis()
    for event in events {
      lines?.write(event, nowMillis: now)
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

  func write(_ event: LogLines.Event, nowMillis: Int64) {
    let line =
      format == "json" ? EventLog.line(event, nowMillis: nowMillis) : LogLines.line(event, nowMillis: nowMillis)
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
