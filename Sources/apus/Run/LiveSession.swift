import CRecords
import Domain
import HotPath
import Logging
import Settings
import Synchronization
import Venues

/// One run: feed, history, indicators and engine, wired by rings, started and stopped in order.
final class LiveSession: Sendable {
  let symbols: SymbolTable
  let strategies: [StrategyConfig]
  let setup: VenueSetup
  let clock = EngineClock()
  let inputs = EngineInputs()
  let news = EngineNews()
  /// Where all threads leave their latencies.
  let latencies: LatencyFile
  let engine: LiveEngine
  let feed: BinanceFeed
  let history: HistoryLoader
  let indicators: IndicatorPlayer?
  /// Feed states not yet told, oldest first.
  private let feedStates: FeedStates

  private final class FeedStates: Sendable {
    let queue = Mutex<[FeedState]>([])
  }

  /// `name`: by which `apus latency` can tell this run from others.
  init(_ config: RunConfig, strategies: [StrategyConfig], name: String, logger: Logger) throws {
    self.strategies = strategies
    symbols = SymbolTable(config.symbols)
    setup = try VenueSetup(config, logger: logger)
    clock.offsetMillis = setup.clockOffsetMillis
    latencies = LatencyFile(engine: name, symbolCount: symbols.count, logger: logger)
    let placement = config.placement
    engine = LiveEngine(
      Self.engineConfig(config, symbols: symbols, instruments: setup.instruments, strategies: strategies),
      inputs: inputs, news: news, clock: clock, wait: Self.waitStrategy(config), stages: latencies.stages,
      cpu: placement.engineCpu)
    let states = FeedStates()
    feedStates = states
    do {
      feed = try BinanceFeed(
        endpoints: setup.endpoints, trust: setup.trust, symbols: symbols, ring: inputs.market,
        doorbell: inputs.doorbell, stages: latencies.stages, logger: logger,
        placement: FeedPlacement(cpu: placement.feedCpu, polls: placement.feedPolls),
        onState: { state in states.queue.withLock { $0.append(state) } })
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
    history = HistoryLoader(
      setup, symbols: symbols, files: config.historyFiles, inputs: inputs, clock: clock, logger: logger)
    if let path = config.indicatorsFile {
      let records = try IndicatorRecords.loadForRun(path, symbols: symbols)
      indicators = IndicatorPlayer(records, ring: inputs.indicators, doorbell: inputs.doorbell, clock: clock)
    } else {
      indicators = nil
    }
  }

  private static func waitStrategy(_ config: RunConfig) -> any WaitStrategy & Sendable {
    switch config.wait {
    case .backoff: BackoffWait(spinNanos: config.placement.spinNanos, yieldNanos: config.placement.yieldNanos)
    case .yield: YieldWait()
    case .spin: SpinWait()
    }
  }

  private static func engineConfig(
    _ config: RunConfig, symbols: SymbolTable, instruments: [Instrument], strategies: [StrategyConfig]
  ) -> EngineConfig {
    var engine = EngineConfig(
      symbols: symbols, instruments: instruments, strategies: strategies, paper: config.paper,
      timing: config.evaluation == .everyTrade ? .everyTrade : .everyGridPoint, output: .none, gapPolicy: .hold)
    // A day of BTCUSDT takes REST 15 min, in which 20,000 live trades come: 2^17 of them a symbol are 8 MB of address
    // space. With hundreds of symbols, each is quieter.
    engine.limits.heldTrades = symbols.count <= 16 ? 1 << 17 : 1 << 13
    return engine
  }

  /// The feed first: what it receives while history is read is held, not missed.
  func start() throws {
    try engine.start()
    do {
      try feed.start()
      try history.start()
      try indicators?.start()
    } catch {
      stop()
      throw Failure(.unavailable, "\(error)")
    }
  }

  func stop() {
    feed.stop()
    history.stop()
    indicators?.stop()
    engine.stop()
    latencies.remove()
  }

  /// Feed states since the last call.
  func takeFeedStates() -> [FeedState] {
    feedStates.queue.withLock { queue in
      defer { queue.removeAll() }
      return queue
    }
  }
}
