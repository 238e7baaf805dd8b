import Domain
import Venues

/// The same news for a file or a pipe: one line each, with the time in UTC in front.
struct LogLines {
  enum Event: Sendable {
    case signal(ViewModel.Signal)
    case entry(ViewModel.Position)
    case close(ViewModel.ClosedTrade)
    /// `missing` trades of a symbol: being fetched, or passed over for good.
    case gap(symbol: String, missing: Int64, isPermanent: Bool)
    /// Trades that were missing or in doubt.
    case trades(symbol: String, what: Mending, id: Int64, count: Int64)
    case feed(String)
    /// A run of symbols is heard, or cut off.
    case connection(ConnectionChange)
    case status(ViewModel)
  }

  enum Mending: String, Sendable {
    /// A hole is closed.
    case filled
    /// A trade that came with two contents, or a price that the venue's history does not have.
    case quarantined
    /// The windows are built anew.
    case rebuild
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
    case .trades(let symbol, .filled, let id, let count):
      return "gap \(symbol) filled, \(count) trades from id \(id)"
    case .trades(let symbol, .quarantined, let id, _):
      return "quarantine \(symbol) id \(id): came with two contents or an unlikely price; asking the venue's history"
    case .trades(let symbol, .rebuild, _, _):
      return "rebuild \(symbol): its windows are not what the venue has; fetching its day again"
    case .feed(let state): return "feed \(state)"
    case .connection(let change):
      let symbols = change.symbol + (change.count > 1 ? " and \(change.count - 1) more" : "")
      return "connection of \(symbols) " + (change.isStreaming ? "streams" : "is cut off: \(change.reason)")
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

  static func rest(_ rest: ViewModel.Rest) -> String {
    if rest.blockedForMillis > 0 {
      return "REST silent for \(Figures.duration(rest.blockedForMillis)): \(rest.trouble)"
    }
    return "REST \(rest.usedWeight)/\(rest.limitPerMinute)" + (rest.trouble.isEmpty ? "" : " failing: \(rest.trouble)")
  }

  private static func text(_ model: ViewModel) -> String {
    let symbols =
      model.symbols.count > Self.mostSymbols
      ? summary(model.symbols)
      : model.symbols.map { symbol in
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
      + " \(model.header.connections.streaming)/\(model.header.connections.all)"
      + (model.header.entriesPaused ? " entries paused" : "")
      + (model.header.isClockDoubted ? " clock in doubt: no entries" : "")
      + " | \(Self.rest(model.header.rest))"
      + " | "
      + (symbols + [
        "open \(model.positions.count)",
        "today \(model.day.trades) trades"
          + " net \(Figures.signed(model.day.netR, 2)) R",
      ] + latencies + trouble).joined(separator: " | ")
  }

  /// More symbols than this are counted, not named.
  private static let mostSymbols = 8

  private static func summary(_ symbols: [ViewModel.Symbol]) -> [String] {
    ["\(symbols.count) symbols: " + SymbolSummary(symbols).text]
  }

  private static func state(_ state: ViewModel.SymbolState) -> String {
    switch state {
    case .awaiting(let isConnected): isConnected ? "awaiting its next trade" : "cut off"
    case .doubt: "trade in doubt"
    case .incomplete(let remaining): "incomplete \(Figures.duration(remaining)) more"
    case .delisted: "delisted"
    case .filling(let share): "ready, day \(Figures.percent(share, 0))"
    case .history(let share): "history \(Figures.percent(share, 0))"
    case .warmUp(_, let remaining): "warm-up \(Figures.duration(remaining)) left"
    case .gap(let missing): "gap \(missing)"
    case .stale: "stale"
    case .ready: "ready"
    }
  }
}
