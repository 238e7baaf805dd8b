import CRecords
import Domain
import HotPath
import Settings
import Venues

/// Turns the engine's news and looks into what a person sees. Main thread.
struct SessionModel {
  private static let staleMillis: Int64 = 30_000

  private let session: LiveSession
  private let venue: String
  private var ledger: PaperLedger
  private var lastFeed = ""
  var explains = false
  var showsHelp = false

  init(_ session: LiveSession, venue: String) {
    self.session = session
    self.venue = venue
    ledger = PaperLedger(symbols: session.symbols.names, strategies: session.strategies)
  }

  /// All that happened since the last call, in the order of each ring; gaps are passed on to history.
  mutating func takeEvents() -> [LogLines.Event] {
    var events: [LogLines.Event] = []
    let now = session.clock.nowMillis()
    ledger.startDay(now)
    var signal = Zeroed.signal
    while session.news.signals.pop(into: &signal) { events.append(.signal(ledger.add(signal))) }
    var paper = Zeroed.paper
    while session.news.paper.pop(into: &paper) {
      if let event = ledger.add(paper, nowMillis: now) { events.append(event) }
    }
    var gap = Zeroed.gap
    while session.news.gaps.pop(into: &gap) {
      if gap.kind == .wanted { session.history.request(gap) }
      events.append(
        .gap(
          symbol: session.symbols.names[Int(gap.symbol)], missing: gap.throughId - gap.fromId + 1,
          isPermanent: gap.kind == .permanent))
    }
    for state in session.takeFeedStates() where state.description != lastFeed {
      lastFeed = state.description
      events.append(.feed(state.description))
    }
    return events
  }

  func view(startMillis: Int64) -> ViewModel {
    let snapshot = session.engine.board.read()
    let now = session.clock.nowMillis()
    var model = ViewModel()
    model.header.venue = venue
    model.header.uptimeMillis = now - startMillis
    model.header.clockOffsetMillis = session.clock.offsetMillis
    let feed = session.feed.state
    model.header.feed = feed.description
    model.header.isFeedLive = feed == .streaming
    model.header.entriesPaused = snapshot.entriesPaused
    model.symbols = snapshot.symbols.indices.map { symbol($0, snapshot.symbols[$0], now: now) }
    model.signals = ledger.signals
    model.positions = ledger.positions { index in
      let price = snapshot.symbols[index].price
      return price > 0 ? price : nil
    }
    model.closed = ledger.closed
    model.day = ledger.day
    model.latencies = latencies()
    model.counters = counters(snapshot)
    model.explains = explains
    model.showsHelp = showsHelp
    return model
  }

  private func symbol(_ index: Int, _ view: SymbolView, now: Int64) -> ViewModel.Symbol {
    var symbol = ViewModel.Symbol(symbol: session.symbols.names[index])
    if view.price > 0 {
      symbol.price = view.price
      symbol.tradeAgeMillis = max(0, now - view.tradeMillis)
    }
    if view.hasTrade {
      symbol.cvd30m = view.cvd[0]
      symbol.cvd4h = view.cvd[1]
      symbol.cvd24h = view.cvd[2]
      symbol.vwap30m = view.vwap30m
    }
    if !view.atr.isNaN {
      symbol.atr = view.atr
      symbol.atrFraction = view.atrShare
    }
    symbol.scores = session.strategies.enumerated().map { strategy, config in
      ViewModel.Score(
        strategy: config.name, score: view.hasTrade ? view.scores[strategy] : nil,
        direction: Direction(rawValue: view.directions[strategy]))
    }
    symbol.state = state(index, view, now: now)
    return symbol
  }

  private func state(_ index: Int, _ view: SymbolView, now: Int64) -> ViewModel.SymbolState {
    switch view.phase {
    case .backfilling: return .history(session.history.share(index))
    case .gap: return .gap(missing: view.missing)
    case .flowing: break
    }
    let warmUp = session.strategies.map(\.warmUpMillis).max() ?? 0
    let age = view.hasTrade ? now - view.firstMillis : 0
    if age < warmUp || view.atr.isNaN {
      return .warmUp(min(1, Double(age) / Double(max(1, warmUp))), remainingMillis: max(0, warmUp - age))
    }
    if now < view.incompleteUntilMillis {
      let whole = Double(TradeWindow.fourHourMillis)
      let left = view.incompleteUntilMillis - now
      return .warmUp(max(0, 1 - Double(left) / whole), remainingMillis: left)
    }
    return now - view.tradeMillis > Self.staleMillis ? .stale : .ready
  }

  private func latencies() -> [ViewModel.Latency] {
    [LatencyStage.parse, .step, .decision].map { stage in
      let snapshot = session.latencies.stages[stage].snapshot()
      return ViewModel.Latency(
        stage: stage.name, p50Nanos: snapshot.quantileNanos(0.5), p99Nanos: snapshot.quantileNanos(0.99))
    }
  }

  private func counters(_ snapshot: EngineSnapshot) -> [ViewModel.Counter] {
    let feed = session.feed.counters.snapshot()
    let history = session.history.counts
    func trouble(_ name: String, _ value: some BinaryInteger) -> ViewModel.Counter {
      ViewModel.Counter(name: name, value: UInt64(clamping: value))
    }
    return [
      ViewModel.Counter(name: "trades", value: UInt64(clamping: snapshot.counters.trades), isTrouble: false),
      trouble("gaps", snapshot.counters.gaps), trouble("late", snapshot.counters.late),
      trouble("dropped", snapshot.counters.dropped), trouble("malformed", feed.malformed),
      trouble("bad numbers", feed.badNumber), trouble("unknown symbol", feed.unknownSymbol),
      trouble("oversized", feed.oversized), trouble("implausible", snapshot.counters.implausible),
      trouble("refused", feed.ringRefused),
      trouble("pool full", snapshot.counters.poolExhausted), trouble("news lost", session.news.lost()),
      trouble("reconnects", feed.disconnects), trouble("rate limited", history.rateLimited),
    ]
  }
}
