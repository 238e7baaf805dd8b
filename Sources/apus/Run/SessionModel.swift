import CClock
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
    ledger = PaperLedger(symbols: session.symbols, strategies: session.strategies)
  }

  /// All that happened since the last call, in the order of each ring.
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
    for gap in session.courier.take() {
      if let event = event(gap) { events.append(event) }
    }
    for change in session.takeConnections() { events.append(.connection(change)) }
    for state in session.takeFeedStates() where state.description != lastFeed {
      lastFeed = state.description
      events.append(.feed(state.description))
    }
    return events
  }

  /// What of it a person or a log wants to know; questions to the venue about silence are none.
  private func event(_ gap: GapEvent) -> LogLines.Event? {
    let symbol = session.symbols.name(Int(gap.symbol))
    let count = gap.throughId &- gap.fromId &+ 1
    switch gap.kind {
    case .wanted: return .gap(symbol: symbol, missing: count, isPermanent: false)
    case .permanent: return .gap(symbol: symbol, missing: count, isPermanent: true)
    case .filled: return .trades(symbol: symbol, what: .filled, id: gap.fromId, count: count)
    case .quarantined: return .trades(symbol: symbol, what: .quarantined, id: gap.fromId, count: 1)
    case .rebuild: return .trades(symbol: symbol, what: .rebuild, id: gap.throughId, count: 0)
    case .check, .verify, .past, .deaf: return nil
    }
  }

  /// `startMillis`: when the run began, on the monotonic clock.
  func view(startMillis: Int64) -> ViewModel {
    let snapshot = session.engine.board.read()
    let now = session.clock.nowMillis()
    var model = ViewModel()
    model.header.venue = venue
    model.header.uptimeMillis = Int64(apus_monotonic_nanos() / 1_000_000) - startMillis
    model.header.clockOffsetMillis = session.clock.wallOffsetMillis
    model.header.isClockDoubted = snapshot.isClockDoubted
    model.header.connections = session.feed.connectionCount
    model.header.rest = rest()
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
    var symbol = ViewModel.Symbol(symbol: session.symbols.name(index))
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
    symbol.incomplete = [1_800_000, 14_400_000, 86_400_000].map { view.isIncomplete(windowMillis: $0) }
    return symbol
  }

  private func state(_ index: Int, _ view: SymbolView, now: Int64) -> ViewModel.SymbolState {
    if view.isDelisted { return .delisted }
    switch view.phase {
    case .backfilling: return .history(session.history.share(index))
    case .gap: return .gap(missing: view.missing)
    case .awaiting: return .awaiting(isConnected: view.isHeard)
    case .flowing: break
    }
    if view.isSuspect { return .doubt }
    let warmUp = session.strategies.map(\.warmUpMillis).max() ?? 0
    let age = view.hasTrade ? now - view.firstMillis : 0
    if age < warmUp || view.atr.isNaN {
      return .warmUp(min(1, Double(age) / Double(max(1, warmUp))), remainingMillis: max(0, warmUp - age))
    }
    if now < view.incompleteUntilMillis {
      return .incomplete(remainingMillis: view.incompleteUntilMillis - now)
    }
    if now - view.tradeMillis > Self.staleMillis { return .stale }
    let share = session.history.share(index)
    return share < 1 && !session.history.isLiveOnly(index) ? .filling(share) : .ready
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
      trouble("dropped", snapshot.counters.dropped), trouble("reordered", snapshot.counters.reordered),
      trouble("doubted", snapshot.counters.doubted), trouble("quarantined", snapshot.counters.quarantined),
      trouble("rebuilt", snapshot.counters.rebuilt), trouble("not held", snapshot.counters.notHeld),
      ViewModel.Counter(
        name: "overlapped", value: UInt64(clamping: snapshot.counters.overlapped), isTrouble: false),
      trouble("malformed", feed.malformed),
      trouble("bad numbers", feed.badNumber), trouble("unknown symbol", feed.unknownSymbol),
      trouble("oversized", feed.oversized), trouble("implausible", snapshot.counters.implausible),
      trouble("refused", feed.ringRefused),
      trouble("pool full", snapshot.counters.poolExhausted), trouble("news lost", session.news.lost()),
      trouble("reconnects", feed.disconnects), trouble("deaf streams", feed.deaf),
      trouble("refused streams", feed.refusedStreams),
      ViewModel.Counter(name: "rotations", value: feed.rotations, isTrouble: false),
      trouble("rest refused", session.setup.rest.state.refusals),
      trouble("rest failed", session.setup.rest.state.failures),
      trouble("history given up", history.failures),
    ]
  }

  private func rest() -> ViewModel.Rest {
    let state = session.setup.rest.state
    return ViewModel.Rest(
      usedWeight: state.usedWeight, limitPerMinute: state.limitPerMinute, blockedForMillis: state.blockedForMillis,
      trouble: state.blockedForMillis > 0 ? state.blockedWhy : state.lastFailure)
  }
}
