import Domain

/// The same news for a file or a pipe: one line each, with the time in UTC in front.
struct LogLines {
  enum Event: Sendable {
    case signal(ViewModel.Signal)
    case entry(ViewModel.Position)
    case close(ViewModel.ClosedTrade)
    /// `missing` trades of a symbol: being fetched, or passed over for good.
    case gap(symbol: String, missing: Int64, isPermanent: Bool)
    case feed(String)
    case status(ViewModel)
  }

  /// How often a status line comes when nothing else does.
  static let statusEveryMillis: Int64 = 10_000
  private var nextStatusMillis: Int64?

  init() {}

  /// Whether a status line is due, which then counts as told.
  mutating func isDue(nowMillis: Int64) -> Bool {
    if let next = nextStatusMillis, nowMillis < next { return false }
    nextStatusMillis = nowMillis + Self.statusEveryMillis
    return true
  }

  static func line(_ event: Event, nowMillis: Int64) -> String {
    "\(Figures.time(nowMillis)) " + DisplayWidth.fitted(text(event), 400)
  }

  private static func text(_ event: Event) -> String {
    switch event {
    case .signal(let signal): return text(signal)
    case .entry(let position):
      return "paper entry \(position.symbol) \(position.strategy) \(position.direction.name)"
        + " \(FixedPoint.text(position.quantity)) at \(Figures.price(position.entryPrice))"
        + " stop \(Figures.price(position.stop)) tp1 \(Figures.price(position.target1))"
        + " tp2 \(Figures.price(position.target2))"
    case .close(let trade):
      return "paper close \(trade.symbol) \(trade.strategy) \(trade.direction.name) by \(trade.reason)"
        + " \(Figures.price(trade.entryPrice)) -> \(Figures.price(trade.exitPrice))"
        + " gross \(Figures.signed(trade.grossR, 2)) R net \(Figures.signed(trade.netR, 2)) R"
        + " \(Figures.signed(trade.netUsd, 2)) USD"
    case .gap(let symbol, let missing, let isPermanent):
      return "gap \(symbol) \(missing) trades missing"
        + (isPermanent
          ? ", passed over: no entries until the windows are whole" : ", fetching: no entries until filled")
    case .feed(let state): return "feed \(state)"
    case .status(let model): return text(model)
    }
  }

  private static func text(_ signal: ViewModel.Signal) -> String {
    let parts = signal.parts.map { part in
      "\(part.signal) " + (part.isMissing ? "missing" : Figures.fixed(part.weight * part.value, 1))
    }
    return "signal \(signal.symbol) \(signal.strategy) \(signal.direction.name) score \(Figures.score(signal.score))"
      + " at \(Figures.price(signal.price)) " + (signal.accepted ? "taken" : "rejected: \(signal.reason)")
      + (parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")")
  }

  private static func text(_ model: ViewModel) -> String {
    let symbols = model.symbols.map { symbol in
      let scores = symbol.scores.map { "\($0.strategy) \(Figures.score($0.score))" }
      return "\(symbol.symbol) \(Figures.price(symbol.price)) \(scores.joined(separator: " ")) \(state(symbol.state))"
    }
    let latencies = model.latencies.compactMap { latency in
      latency.p50Nanos.map { p50 in
        "\(latency.stage) p50 \(Figures.nanos(p50)) p99 \(Figures.nanos(latency.p99Nanos))"
      }
    }
    let trouble = model.counters.filter { $0.isTrouble && $0.value > 0 }.map { "\($0.name) \($0.value)" }
    return "status up \(Figures.duration(model.header.uptimeMillis)) feed \(model.header.feed)"
      + (model.header.entriesPaused ? " entries paused" : "")
      + " | "
      + (symbols + [
        "open \(model.positions.count)",
        "today \(model.day.trades) trades"
          + " net \(Figures.signed(model.day.netR, 2)) R",
      ] + latencies + trouble).joined(separator: " | ")
  }

  private static func state(_ state: ViewModel.SymbolState) -> String {
    switch state {
    case .history(let share): "history \(Figures.percent(share, 0))"
    case .warmUp(_, let remaining): "warm-up \(Figures.duration(remaining)) left"
    case .gap(let missing): "gap \(missing)"
    case .stale: "stale"
    case .ready: "ready"
    }
  }
}
