import Domain
import Foundation
import Testing
import Venues

@testable import apus

struct TerminalTests {
  @Test(arguments: [("abc", 3), ("币安", 4), ("e\u{301}", 1), ("한글", 4), ("a\tb", 2), ("ＡＢ", 4), ("…", 1)])
  func countsColumns(text: String, columns: Int) { #expect(DisplayWidth.columns(text) == columns) }

  @Test func cutsByColumns() {
    #expect(DisplayWidth.fitted("币安人生", 5) == "币安…")
    #expect(DisplayWidth.fitted("币安人生", 4) == "币…")
    #expect(DisplayWidth.fitted("abc", 0).isEmpty)
    #expect(DisplayWidth.padded("币", 4, right: true) == "  币")
  }

  @Test func noColourIsHonoured() {
    #expect(Style.detected(-1, environment: [:]) == .plain)
    var master: Int32 = 0
    var terminal: Int32 = 0
    guard openpty(&master, &terminal, nil, nil, nil) == 0 else {
      Issue.record("no pseudo terminal: \(errno)")
      return
    }
    defer {
      close(master)
      close(terminal)
    }
    #expect(Style.detected(terminal, environment: [:]).colours)
    #expect(Style.detected(terminal, environment: ["NO_COLOR": ""]).colours)
    #expect(Style.detected(terminal, environment: ["NO_COLOR": "1"]) == .plain)
    #expect(Style.detected(terminal, environment: ["TERM": "dumb"]) == .plain)
  }

  @Test(
    arguments: [
      ("q", [.quit]), ("P", [.pause]), ("e", [.explain]), ("?", [.help]), ("x", []), ("\u{1B}[A", []),
      ("ezp", [.explain, .pause]),
    ] as [(String, [KeyReader.Key])])
  func readsKeys(text: String, keys: [KeyReader.Key]) { #expect(KeyReader.keys(Array(text.utf8)[...]) == keys) }

  @Test func aClosedInputIsNoKeyAndNoBusyLoop() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    var reader = KeyReader(descriptor: ends[0])
    _ = write(ends[1], "zpe", 3)
    #expect(reader.next(timeoutMillis: 1000) == .pause)
    #expect(reader.next(timeoutMillis: 1000) == .explain)
    close(ends[1])
    #expect(reader.next(timeoutMillis: 10) == nil)
    let start = ContinuousClock.now
    #expect(reader.next(timeoutMillis: 50) == nil)
    #expect(ContinuousClock.now - start >= .milliseconds(45))
    close(ends[0])
  }

  @Test func aFrameIsWholeAndClearsWhatWasThere() {
    let frame = TerminalView.frame(["a", "b"])
    #expect(frame == "\u{1B}[?2026h\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J\u{1B}[?2026l")
  }

  @Test func aStatusLineComesEveryTenSeconds() {
    var log = LogLines()
    #expect([0, 9_999, 10_000, 10_001, 20_000].map { log.isDue(nowMillis: $0) } == [true, false, true, false, true])
  }

  @Test func everyEventIsOneLine() {
    let model = ScreenTests.busy()
    let events: [(LogLines.Event, String)] = [
      (
        .signal(model.signals[0]),
        "signal BTCUSDT v51_baseline long score 81.5 at 68005.1 rejected: cost in R (cvd 40.0"
      ),
      (.entry(model.positions[0]), "paper entry BTCUSDT v51_baseline short 0.15786 at 68000.00 stop 68063.35"),
      (.close(model.closed[0]), "paper close BTCUSDT v52_8signals long by tp2 68000.00 -> 68095.00 gross +1.10 R net"),
      (.gap(symbol: "A", missing: 3, isPermanent: false), "gap A 3 trades missing, fetching"),
      (.gap(symbol: "A", missing: 3, isPermanent: true), "gap A 3 trades missing, passed over"),
      (.trades(symbol: "A", what: .filled, id: 7, count: 3), "gap A filled, 3 trades from id 7"),
      (.trades(symbol: "A", what: .quarantined, id: 7, count: 1), "quarantine A id 7: "),
      (.trades(symbol: "A", what: .rebuild, id: 7, count: 0), "rebuild A: "),
      (.status(model), "status up 1h02m feed live 0/0 | REST 0/0 | BTCUSDT 68005.1"),
      (
        .connection(ConnectionChange(symbol: "A", count: 200, isStreaming: false, reason: "lost")),
        "connection of A and 199 more is cut off: lost"
      ),
      (.feed("lost\nand found"), "feed lostand found"),
    ]
    for (event, expected) in events {
      let line = LogLines.line(event, nowMillis: 0)
      #expect(line.hasPrefix("00:00:00 " + expected), "\(line)")
      #expect(!line.contains("\n"))
    }
  }

  @Test func progressTellsRateShareAndTimeLeft() {
    let line = ProgressBar.line("replay", done: 500_000, total: 1_000_000, unit: "trades", seconds: 0.5, width: 79)
    #expect(line.contains("50%") && line.contains("1.00M trades/s") && line.contains("ETA 0.5s"), "\(line)")
    for width in 1...100 {
      let line = ProgressBar.line("replay", done: 5, total: 10, unit: "trades", seconds: 1, width: width)
      #expect(DisplayWidth.columns(line) <= width)
    }
    let unknown = ProgressBar.line("replay", done: 5, total: nil, unit: "trades", seconds: 0, width: 79)
    #expect(unknown.contains("5 trades") && !unknown.contains("%"))
  }

  @Test func durations() {
    #expect(
      [0, 9_900, 59_000, 61_000, 3_660_000, 90_000_000].map { Figures.duration($0) }
        == ["0.0s", "9.9s", "59s", "1m01s", "1h01m", "1d01h"])
  }
}
