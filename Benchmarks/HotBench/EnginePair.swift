import CBaselines
import CRecords
import Domain
import HotPath

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The C++ engine of one symbol.
final class BaselineEngine {
  let handle: OpaquePointer
  private let names: [UnsafeMutablePointer<CChar>?]

  init(
    symbol: String, strategies: [StrategyConfig], trades: Int, indicators: Int, everyTrade: Bool, holdsGaps: Bool
  ) {
    let paper = PaperConfig()
    var config = apus_baseline_config()
    let names = [strdup(symbol)] + strategies.map { strdup($0.name) }
    config.symbol = UnsafePointer(names[0])
    config.trades_max = Int64(trades)
    config.indicators_max = Int32(indicators)
    config.strategy_count = Int32(strategies.count)
    config.evaluates_every_trade = everyTrade ? 1 : 0
    config.holds_gaps = holdsGaps ? 1 : 0
    config.latency_ms = paper.latencyMillis
    config.slippage = paper.slippage
    config.taker_fee = paper.takerFee
    config.maker_fee = paper.makerFee
    config.risk_usd = paper.riskPerTradeUsd
    let converted = strategies.enumerated().map { Self.convert($1, name: names[$0 + 1]) }
    withUnsafeMutableBytes(of: &config.strategies) { bytes in
      let slots = bytes.bindMemory(to: apus_baseline_strategy.self)
      for (index, strategy) in converted.enumerated() { slots[index] = strategy }
    }
    guard let made = apus_baseline_engine_make(&config) else { preconditionFailure("memory for an engine") }
    handle = made
    self.names = names
  }

  deinit {
    apus_baseline_engine_free(handle)
    for name in names { free(name) }
  }

  var state: apus_baseline_state {
    var state = apus_baseline_state()
    apus_baseline_read(handle, &state)
    return state
  }

  private static func convert(_ strategy: StrategyConfig, name: UnsafeMutablePointer<CChar>?) -> apus_baseline_strategy
  {
    var result = apus_baseline_strategy()
    result.name = UnsafePointer(name)
    result.threshold = strategy.threshold
    result.stop_atr = strategy.stopLossAtr
    result.target1_atr = strategy.takeProfit1Atr
    result.target2_atr = strategy.takeProfit2Atr
    result.cooldown_ms = strategy.cooldownMillis
    result.warm_up_ms = strategy.warmUpMillis
    result.hold_close_ms = strategy.holdCloseMillis
    result.max_cost_r = strategy.maxCostR ?? .nan
    result.signal_count = Int32(strategy.signals.count)
    withUnsafeMutableBytes(of: &result.signals) { bytes in
      let slots = bytes.bindMemory(to: apus_baseline_signal.self)
      for (index, signal) in strategy.signals.enumerated() {
        guard let kind = SignalCatalog.kind(named: signal.name), kind.rawValue < 9 else {
          preconditionFailure("the baselines know the nine signals of the shipped strategies")
        }
        slots[index].kind = Int32(kind.rawValue)
        slots[index].weight = signal.weight
        withUnsafeMutableBytes(of: &slots[index].parameters) { parameters in
          let values = parameters.bindMemory(to: Double.self)
          for (place, value) in signal.parameters.enumerated() { values[place] = value }
        }
      }
    }
    return result
  }
}

/// Apus and the C++ engine, made from the same settings and given the same records.
final class EnginePair {
  /// At an address of its own: as a class's property, each call would begin and end an access to it.
  let ours: UnsafeMutablePointer<Engine>
  let theirs: [BaselineEngine]
  let outbox = Outbox()
  private let symbolCount: Int

  /// `trades` is the room of each pool. Live engines hold trades back until history has ended.
  init(_ source: BenchSource, symbols: [String], trades: Int, everyTrade: Bool, holdsGaps: Bool) {
    var config = EngineConfig(
      symbols: SymbolTable(symbols), strategies: source.strategies, timing: everyTrade ? .everyTrade : .everyGridPoint,
      output: .none, gapPolicy: holdsGaps ? .hold : .report)
    config.limits.trades = trades
    config.limits.heldTrades = 2
    config.limits.indicators = source.indicatorsCapacity
    ours = .allocate(capacity: 1)
    ours.initialize(to: Engine(config))
    symbolCount = symbols.count
    theirs = symbols.map {
      BaselineEngine(
        symbol: $0, strategies: source.strategies, trades: trades / symbols.count + 512,
        indicators: config.limits.indicators, everyTrade: everyTrade, holdsGaps: holdsGaps)
    }
  }

  deinit {
    ours.pointee.deallocate()
    ours.deinitialize(count: 1)
    ours.deallocate()
    outbox.deallocate()
  }

  /// All indicators of the market, to every symbol; they wait for their time.
  func give(indicators: [apus_record]) {
    for var record in indicators {
      for symbol in 0..<symbolCount {
        record.symbol = UInt32(symbol)
        _ = ours.pointee.step(record, now: record.id, into: outbox)
        record.symbol = 0
        apus_baseline_step(theirs[symbol].handle, &record, record.id)
      }
    }
  }

  /// A record of symbol 0 through both engines.
  func step(_ record: apus_record, now: Int64) {
    var record = record
    let outcome = ours.pointee.step(record, now: now, into: outbox)
    precondition(outcome == .done, "the outbox has room")
    apus_baseline_step(theirs[0].handle, &record, now)
  }
}
