import Domain
import Testing

@testable import apus

struct ScreenTests {
  /// A busy afternoon: everything there is to show.
  static func busy(symbols names: [String] = ["BTCUSDT", "币安人生USDT"]) -> ViewModel {
    var model = ViewModel()
    model.header = ViewModel.Header(
      venue: "binance production", uptimeMillis: 3_723_000, clockOffsetMillis: -12, feed: "live", isFeedLive: true)
    model.symbols = names.map { name in
      ViewModel.Symbol(
        symbol: name, price: 6_800_510_000_000, tradeAgeMillis: 120, cvd30m: 123_456_789_000, cvd4h: -5_000_000_000,
        cvd24h: 15_000_000_000_000_000_000, vwap30m: 67_990.5, atr: 45.25, atrFraction: 0.00067,
        scores: [
          ViewModel.Score(strategy: "v51_baseline", score: 72.5, direction: .long),
          ViewModel.Score(strategy: "v52_8signals", score: 68, direction: .short),
        ], state: .warmUp(0.5, remainingMillis: 7_200_000))
    }
    let parts = [
      ViewModel.Part(signal: "cvd", weight: 40, value: 1),
      ViewModel.Part(signal: "oi", weight: 7, value: 0, isMissing: true),
    ]
    model.signals = (0..<20).map { index in
      ViewModel.Signal(
        timeMillis: 1_700_000_000_000 - Int64(index) * 1000, symbol: names[0], strategy: "v51_baseline",
        direction: .long, price: 6_800_510_000_000, score: 81.5, accepted: index > 0,
        reason: index > 0 ? "" : "cost in R", parts: parts)
    }
    model.positions = [
      ViewModel.Position(
        symbol: names[0], strategy: "v51_baseline", direction: .short, entryMillis: 1_700_000_000_000,
        entryPrice: 68_000, stop: 68_063.35, target1: 67_952, target2: 67_905, quantity: 15_786_000,
        unrealisedR: -0.42)
    ]
    model.closed = [
      ViewModel.ClosedTrade(
        symbol: names[0], strategy: "v52_8signals", direction: .long, exitMillis: 1_700_000_000_000,
        entryPrice: 68_000, exitPrice: 68_095, reason: "tp2", grossR: 1.1, netR: 0.35, netUsd: 3.5)
    ]
    model.day = ViewModel.Day(trades: 3, wins: 2, netR: -0.75, netUsd: -7.5)
    model.latencies = [ViewModel.Latency(stage: "parse", p50Nanos: 95, p99Nanos: 410)]
    model.counters = [
      ViewModel.Counter(name: "gaps", value: 1), ViewModel.Counter(name: "late", value: 0),
    ]
    return model
  }

  @Test(arguments: [1, 7, 20, 40, 60, 80, 100, 132, 200, 300], [1, 5, 12, 24, 50])
  func fitsAnyTerminal(width: Int, height: Int) {
    for explains in [false, true] {
      for showsHelp in [false, true] {
        var model = Self.busy()
        model.explains = explains
        model.showsHelp = showsHelp
        let lines = Screen.render(model, width: width, height: height, style: .plain)
        #expect(lines.count <= height)
        #expect(lines.allSatisfy { DisplayWidth.columns($0) <= width }, "\(lines)")
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
      }
    }
  }

  @Test func coloursChangeNoCharacter() {
    let model = Self.busy()
    let plain = Screen.render(model, width: 120, height: 40, style: .plain)
    let coloured = Screen.render(model, width: 120, height: 40, style: Style(colours: true))
    #expect(plain != coloured)
    let stripped = coloured.map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
    #expect(stripped == plain)
  }

  @Test func showsWhatThereIs() {
    let text = Screen.render(Self.busy(), width: 200, height: 50, style: .plain).joined(separator: "\n")
    for wanted in [
      "binance production", "up 1h02m", "clock -12 ms", "feed live", "68005.1", "+1234.6", "-50.00", "+150.0G",
      "+0.02%", "0.067%", "72.5 ^", "68.0 v", "warm-up ####.... 2h00m left", "81.5", "rejected: cost in R", "-0.42",
      "tp2", "+1.10", "+0.35", "3 trades, 2 won, net -0.75 R  -7.50 USD", "parse p50 95 ns p99 410 ns", "gaps 1",
      "oi ?", "q quit",
    ] { #expect(text.contains(wanted), "\(wanted) is not in\n\(text)") }
  }

  @Test func tablesLineUpUnderWideSymbols() throws {
    let lines = Screen.render(Self.busy(), width: 200, height: 50, style: .plain)
    let rows = lines.filter { $0.contains("68005.1") && $0.contains("warm-up") }
    #expect(rows.count == 2)
    let columns = try rows.map { row in
      let prefix = try #require(row.range(of: "68005.1")).lowerBound
      return DisplayWidth.columns(String(row[..<prefix]))
    }
    #expect(columns[0] == columns[1])
  }

  @Test func explainTakesTheNewestSignalApart() {
    var model = Self.busy()
    model.explains = true
    let text = Screen.render(model, width: 100, height: 40, style: .plain).joined(separator: "\n")
    #expect(text.contains("Why") && text.contains("missing") && text.contains("40.00"))
    model.signals = []
    #expect(Screen.render(model, width: 100, height: 40, style: .plain).joined().contains("no signal yet"))
  }

  @Test func keysStayVisibleOnShortTerminals() {
    let lines = Screen.render(Self.busy(), width: 80, height: 12, style: .plain)
    #expect(lines.last?.contains("q quit") == true)
  }

  @Test func noCounterIsCutOff() {
    var model = Self.busy()
    model.counters = (0..<12).map { ViewModel.Counter(name: "counter \($0)", value: UInt64($0) * 1000) }
    let text = Screen.render(model, width: 40, height: 60, style: .plain).joined(separator: "  ") + "  "
    for counter in model.counters { #expect(text.contains("\(counter.name) \(counter.value)  "), "\(text)") }
  }

  @Test func anEmptyModelShowsDashes() {
    var model = ViewModel()
    model.symbols = [ViewModel.Symbol(symbol: "BTCUSDT")]
    let text = Screen.render(model, width: 120, height: 24, style: .plain).joined(separator: "\n")
    #expect(text.contains("BTCUSDT") && text.contains("history ........ 0%"))
  }

  @Test func namesCannotMoveTheCursor() {
    var model = Self.busy()
    model.header.feed = "bad\u{1B}[2J\u{9B}31m\nnews"
    let lines = Screen.render(model, width: 120, height: 24, style: .plain)
    #expect(lines[0].contains("bad[2J31mnews"))
  }
}
