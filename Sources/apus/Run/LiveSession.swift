import CRecords
import Domain
import HotPath
import Logging
import Settings
import Synchronization
import Venues

/// One run: feed, history, indicators and engine, wired by rings, started and stopped in order.
final class LiveSession: Sendable {
  let symbols: SymbolRegistry
  let strategies: [StrategyConfig]
  let setup: VenueSetup
  let clock = EngineClock()
  let inputs: EngineInputs
  let news = EngineNews()
  /// Where all threads leave their latencies.
  let latencies: LatencyFile
  let engine: LiveEngine
  let feed: BinanceFeed
  let history: HistoryLoader
  let indicators: IndicatorPlayer?
  let watch: VenueWatch
  let courier: GapCourier
  /// Feed states not yet told, oldest first.
  private let feedStates: FeedStates

  private final class FeedStates: Sendable {
    let queue = Mutex<[FeedState]>([])
    let connections = Mutex<[ConnectionChange]>([])
  }

  /// `name`: by which `apus latency` can tell this run from others.
  init(
    _ config: RunConfig, strategies: [StrategyConfig], name: String, logger: Logger,
    inputs: EngineInputs = EngineInputs(), feedOptions: FeedOptions = FeedOptions(),
    intervals: VenueWatch.Intervals = .init()
  ) throws {
    self.inputs = inputs
    self.strategies = strategies
    setup = try VenueSetup(config, logger: logger)
    let names = setup.selection.instruments.map(\.symbol)
    let room = Self.symbolRoom(config, names.count)
    let table = SymbolTable(names, room: room)
    let symbols = SymbolRegistry(names)
    self.symbols = symbols
    clock.monotonicOffsetMillis = setup.clock.monotonicOffsetMillis
    clock.wallOffsetMillis = setup.clock.offsetMillis
    latencies = LatencyFile(engine: name, symbolCount: names.count, logger: logger)
    let placement = config.placement
    engine = LiveEngine(
      Self.engineConfig(
        config, symbols: table, instruments: setup.selection.instruments, strategies: strategies, room: room),
      inputs: inputs, news: news, clock: clock, wait: Self.waitStrategy(config), stages: latencies.stages,
      cpu: placement.engineCpu)
    let states = FeedStates()
    feedStates = states
    var options = feedOptions
    options.symbolRoom = room
    let feed: BinanceFeed
    do {
      let clock = self.clock
      feed = try BinanceFeed(
        endpoints: setup.endpoints, trust: setup.trust, symbols: table, ring: inputs.market,
        doorbell: inputs.doorbell, stages: latencies.stages, logger: logger,
        placement: FeedPlacement(cpu: placement.feedCpu, polls: placement.feedPolls), options: options,
        nowMillis: { clock.nowMillis() }, onState: { state in states.queue.withLock { $0.append(state) } },
        onConnection: { change in states.connections.withLock { $0.append(change) } })
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
    self.feed = feed
    var historyOptions = BinanceHistory.Options()
    historyOptions.budgetMinutes = config.historyMinutes
    let history = HistoryLoader(
      setup, symbols: names, files: config.historyFiles, inputs: inputs, clock: clock, options: historyOptions,
      logger: logger, onDeaf: { feed.resubscribe(symbolIndex: $0) }, isStreaming: { feed.state == .streaming })
    self.history = history
    courier = GapCourier(news.gaps, request: { history.request($0) })
    if let path = config.indicatorsFile {
      let records = try IndicatorRecords.loadForRun(path, symbols: table)
      indicators = IndicatorPlayer(records, ring: inputs.indicators, doorbell: inputs.doorbell, clock: clock)
    } else {
      indicators = nil
    }
    let listener = VenueWatch.Listener(
      listed: { instrument in
        // Until the files are read nobody could fetch its past; the next look finds it again.
        guard symbols.count < room else {
          logger.warning("\(instrument.symbol): listed, but there is no room for another symbol: restart to trade it")
          return true
        }
        guard history.add(instrument.symbol) else { return false }
        symbols.add(instrument.symbol)
        feed.add(instrument)
        return true
      }, delisted: { feed.remove($0) })
    watch = VenueWatch(
      config, rest: setup.rest, clock: clock, symbols: names, inputs: inputs, intervals: intervals, logger: logger,
      tradeOffsetMillis: { feed.tradeOffsetMillis }, listener: listener)
  }

  /// Of `all`, more may be listed.
  private static func symbolRoom(_ config: RunConfig, _ count: Int) -> Int {
    config.symbolChoice == .all ? min(EngineLimits.symbolsMax, count + SymbolSelection.roomForNew) : count
  }

  private static func waitStrategy(_ config: RunConfig) -> any WaitStrategy & Sendable {
    switch config.wait {
    case .backoff: BackoffWait(spinNanos: config.placement.spinNanos, yieldNanos: config.placement.yieldNanos)
    case .yield: YieldWait()
    case .spin: SpinWait()
    }
  }

  private static func engineConfig(
    _ config: RunConfig, symbols: SymbolTable, instruments: [Instrument], strategies: [StrategyConfig], room: Int
  ) -> EngineConfig {
    var engine = EngineConfig(
      symbols: symbols, instruments: instruments, strategies: strategies, paper: config.paper,
      timing: config.evaluation == .everyTrade ? .everyTrade : .everyGridPoint, output: .none, gapPolicy: .hold)
    // Held while a gap or a milestone of history is filled: seconds to minutes of live trades, the more the fewer symbols
    // share the venue's budget. Address space, of which only the deepest queue there was is touched.
    engine.limits.heldTrades = room <= 16 ? 1 << 17 : 1 << 15
    engine.limits.symbolRoom = room
    engine.limits.trades = config.tradesMost
    return engine
  }

  /// The feed first: what it receives while history is read is held, not missed.
  func start() throws {
    try engine.start()
    do {
      try feed.start()
      try history.start()
      try indicators?.start()
      try courier.start()
      try watch.start()
    } catch {
      stop()
      throw Failure(.unavailable, "\(error)")
    }
  }

  func stop() {
    setup.rest.stop()
    watch.stop()
    courier.stop()
    feed.stop()
    history.stop()
    indicators?.stop()
    engine.stop()
    latencies.remove()
  }

  /// What became of connections since the last call.
  func takeConnections() -> [ConnectionChange] {
    feedStates.connections.withLock { connections in
      defer { connections.removeAll() }
      return connections
    }
  }

  /// Feed states since the last call.
  func takeFeedStates() -> [FeedState] {
    feedStates.queue.withLock { queue in
      defer { queue.removeAll() }
      return queue
    }
  }
}
