import CRecords
import Domain

@testable import HotPath

/// `text` in units of 1e-8.
func units(_ text: String) -> Int64 {
  guard let units = FixedPoint.units(text) else { preconditionFailure("a test's decimal is wrong: \(text)") }
  return units
}

/// An engine with an outbox, and all it ever said.
final class EngineRig {
  var engine: Engine
  let outbox = Outbox()
  private(set) var evaluations: [Evaluation] = []
  private(set) var signals: [FiredSignal] = []
  private(set) var paper: [PaperEvent] = []
  private(set) var gaps: [GapEvent] = []
  /// How often a step said that the outbox was full.
  private(set) var interruptions = 0
  /// Otherwise after every step.
  private let drainsOnlyWhenFull: Bool
  private var now: Int64 = 0

  init(
    strategies: [StrategyConfig] = [Strategies.flow()], symbols: [String] = ["BTCUSDT"],
    instruments: [Instrument]? = nil, paper: PaperConfig = .init(), timing: EvaluationTiming = .everyTrade,
    output: EvaluationOutput = .none, gapPolicy: GapPolicy = .report, trades: Int = 1 << 16, heldTrades: Int = 1 << 12,
    symbolRoom: Int = 0, drainsOnlyWhenFull: Bool = false
  ) {
    var limits = EngineLimits()
    limits.trades = trades
    limits.heldTrades = heldTrades
    limits.indicators = 256
    limits.symbolRoom = symbolRoom
    engine = Engine(
      EngineConfig(
        symbols: SymbolTable(symbols), instruments: instruments, strategies: strategies, paper: paper, timing: timing,
        output: output, gapPolicy: gapPolicy, limits: limits))
    self.drainsOnlyWhenFull = drainsOnlyWhenFull
  }

  deinit {
    engine.deallocate()
    outbox.deallocate()
  }

  /// One record to its end; `now` is the record's time unless given, and never goes back.
  func step(_ record: apus_record, now given: Int64? = nil) {
    now = max(now, given ?? record.time_ms)
    while true {
      let outcome = engine.step(record, now: now, into: outbox)
      if case .done = outcome { break }
      interruptions += 1
      drain()
    }
    if !drainsOnlyWhenFull { drain() }
  }

  /// The engine's clock is set elsewhere, `now` with it.
  func moveClock(by millis: Int64) {
    var record = Records.command(.clockMoved)
    record.first_id = millis
    now += millis
    step(record, now: now)
  }

  func tick(_ now: Int64) { step(Records.tick(now)) }

  /// Takes what is in the outbox.
  func drain() {
    for index in 0..<outbox.evaluationCount { evaluations.append(outbox.evaluation(index)) }
    for index in 0..<outbox.signalCount { signals.append(outbox.signal(index)) }
    for index in 0..<outbox.paperCount { paper.append(outbox.paperEvent(index)) }
    for index in 0..<outbox.gapCount { gaps.append(outbox.gap(index)) }
    outbox.clear()
  }

  // The expectation macro copies what it looks into, which an engine forbids.
  var counters: EngineCounters { engine.counters }
  var entriesPaused: Bool { engine.entriesPaused }
  var poolUse: (used: Int, total: Int) { engine.poolUse() }
  /// Of the first symbol.
  var state: SymbolState { engine.symbols[0] }

  func view(_ symbol: Int = 0) -> [String] { Plain.fields(engine.view(symbol)) }
}

/// Records as the feed, history and operators make them.
enum Records {
  static func trade(
    _ id: Int64, _ timeMillis: Int64, _ price: String, _ quantity: String = "1", sell: Bool = false, symbol: UInt32 = 0,
    history: Bool = false
  ) -> apus_record {
    var record = apus_record()
    record.kind = history ? EventKind.historyTrade.rawValue : EventKind.trade.rawValue
    record.flags = sell ? RecordFlags.sell : 0
    record.symbol = symbol
    record.time_ms = timeMillis
    record.id = id
    record.price_e8 = units(price)
    record.quantity_e8 = units(quantity)
    return record
  }

  static func tick(_ now: Int64) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.tick.rawValue
    record.time_ms = now
    return record
  }

  static func historyEnd(
    _ now: Int64, symbol: UInt32 = 0, request: HistoryRequest = .past, gaveUp: Bool = false, partial: Bool = false
  ) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.historyEnd.rawValue
    record.symbol = symbol
    record.time_ms = now
    record.first_id = request.rawValue
    record.flags = (gaveUp ? RecordFlags.gaveUp : 0) | (partial ? RecordFlags.partial : 0)
    return record
  }

  /// The connection of `symbols` was heard at a time; or was cut, heard last then.
  static func heard(_ timeMillis: Int64, symbols: Range<Int> = 0..<1) -> apus_record {
    connection(.feedHeard, timeMillis, symbols)
  }

  static func down(_ timeMillis: Int64, symbols: Range<Int> = 0..<1) -> apus_record {
    connection(.feedDown, timeMillis, symbols)
  }

  private static func connection(_ kind: EventKind, _ timeMillis: Int64, _ symbols: Range<Int>) -> apus_record {
    var record = apus_record()
    record.kind = kind.rawValue
    record.symbol = UInt32(symbols.lowerBound)
    record.first_id = Int64(symbols.upperBound)
    record.time_ms = timeMillis
    return record
  }

  static func reset(symbol: UInt32 = 0) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.historyReset.rawValue
    record.symbol = symbol
    return record
  }

  static func command(_ command: Command) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = command.rawValue
    return record
  }

  static func indicator(
    _ type: IndicatorType, _ timeMillis: Int64, _ value: Double, known: Int64? = nil, order: Int64 = 0
  ) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.indicator.rawValue
    record.flags = type.rawValue
    record.time_ms = timeMillis
    record.id = known ?? timeMillis
    record.price_e8 = Int64(bitPattern: value.bitPattern)
    record.first_id = order
    return record
  }

  static func liquidation(_ timeMillis: Int64, _ price: String, _ quantity: String, sell: Bool) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.liquidation.rawValue
    record.flags = sell ? RecordFlags.sell : 0
    record.time_ms = timeMillis
    record.id = timeMillis
    record.price_e8 = units(price)
    record.quantity_e8 = units(quantity)
    return record
  }

  /// A walk of `count` trades from `firstId` on: bursts, pauses, and sometimes a T that runs backwards.
  static func walk(seed: UInt64, count: Int, firstId: Int64 = 1, start: Int64 = 1_700_000_000_000) -> [apus_record] {
    var random = SeededRandom(seed)
    var t = start
    var price: Int64 = 1_000_000
    return (0..<Int64(count)).map { offset in
      if random.chance(300) { t += Int64(random.below(40_000)) }
      price += Int64(random.below(2001)) - 1000
      let shown = random.chance(20) ? t - 700 : t
      return trade(
        firstId + offset, shown, FixedPoint.text(price * 100_000),
        FixedPoint.text(Int64(1 + random.below(5_000_000))), sell: random.chance(480))
    }
  }
}

/// Strategies for tests.
enum Strategies {
  /// Fires whenever the flows of 30 min and 4 h agree: the cvd signal weighs everything.
  static func flow(
    _ name: String = "flow", threshold: Double = 60, warmUpMillis: Int64 = 0, cooldownMillis: Int64 = 600_000,
    stop: Double = 1.4, target1: Double = 1.05, target2: Double = 2.1, maxCostR: Double? = nil
  ) -> StrategyConfig {
    config(
      name, [SignalConfig(name: "cvd", weight: 100, parameters: [0.6, 0.4])], threshold: threshold,
      warmUpMillis: warmUpMillis, cooldownMillis: cooldownMillis, stop: stop, target1: target1, target2: target2,
      maxCostR: maxCostR)
  }

  /// All nine signals with the constants of the scoring table and v5.2's weights.
  static func nine(_ name: String = "nine", threshold: Double = 75) -> StrategyConfig {
    let weights: [Double] = [36, 4, 16, 14, 8, 7, 5, 5, 5]
    let signals = SignalCatalog.all.enumerated().map { index, signal in
      SignalConfig(name: signal.name, weight: weights[index], parameters: Constants.of(signal.name))
    }
    return config(name, signals, threshold: threshold)
  }

  static func config(
    _ name: String, _ signals: [SignalConfig], threshold: Double, warmUpMillis: Int64 = 14_400_000,
    cooldownMillis: Int64 = 600_000, stop: Double = 2.1, target1: Double = 1.4, target2: Double = 3.15,
    maxCostR: Double? = nil
  ) -> StrategyConfig {
    StrategyConfig(
      name: name, version: "1", threshold: threshold, stopLossAtr: stop, takeProfit1Atr: target1,
      takeProfit2Atr: target2, cooldownMillis: cooldownMillis, warmUpMillis: warmUpMillis, holdCloseMillis: 4_200_000,
      maxCostR: maxCostR, signals: signals)
  }
}

/// The scoring table's constants, in the catalog's order of parameters.
enum Constants {
  static func of(_ signal: String) -> [Double] {
    switch signal {
    case "cvd": [0.6, 0.4]
    case "p99": [0.5, 0.5]
    case "atr_vwap": [0.5, 0.3, 2, 0.2, 0.0005]
    case "ls_ratio": [1, 2, 900]
    case "oi": [0.01, 30, 45, 900]
    case "coinbase_premium", "funding_rate": [0.0005, 900]
    case "liquidation": [30, 100_000]
    default: []
    }
  }
}

/// Values spelled out for comparison: padding in their bytes means nothing.
enum Plain {
  static func fields(_ view: SymbolView) -> [String] {
    var fields: [String] = [
      "phase \(view.phase)", "price \(view.price)", "trade \(view.tradeMillis)", "first \(view.firstMillis)",
      "last id \(view.lastId)", "notional \(view.notional)", "quantity \(view.quantity)",
      "24 h \(view.tradesHeld24h)", "atr \(view.atr.bitPattern)", "share \(view.atrShare.bitPattern)",
      "held \(view.held)", "missing \(view.missing)", "incomplete \(view.incompleteUntilMillis)",
    ]
    for index in 0..<3 { fields.append("cvd \(view.cvd[index])") }
    for index in 0..<8 { fields.append("score \(view.scores[index]) \(view.directions[index])") }
    return fields
  }

  static func line(_ row: Evaluation) -> String {
    var line = "\(row.timeMillis) \(row.symbol) \(row.strategy) \(row.aggId) \(row.price)"
    for index in 0..<3 { line += " \(row.cvd[index]) \(row.notional[index]) \(row.quantity[index])" }
    line += " \(row.atr.bitPattern) \(row.atrShare.bitPattern) \(row.p95) \(row.p99) \(row.hasAcceleration)"
    line += " \(row.acceleration) \(row.direction) \(row.score.bitPattern) \(row.missing)"
    for index in 0..<16 { line += " \(row.parts[index].bitPattern)" }
    return line
  }

  static func line(_ signal: FiredSignal) -> String { "\(signal.id.text) \(signal.reason) \(line(signal.evaluation))" }

  static func line(_ event: PaperEvent) -> String {
    let position = event.position
    var line = "\(event.kind) \(position.state) \(position.id.text) \(position.entryNumber) \(position.direction)"
    line += " \(position.signalMillis) \(position.quantity) \(position.remaining) \(position.entryMillis)"
    line += " \(position.entryPrice.bitPattern) \(position.stop.bitPattern) \(position.takeProfit1.bitPattern)"
    line += " \(position.takeProfit2.bitPattern) \(position.exitMillis) \(position.exitReason)"
    return line + " \(position.grossUsd.bitPattern) \(position.feesUsd.bitPattern) \(position.riskUsd.bitPattern)"
  }

  static func line(_ gap: GapEvent) -> String { "\(gap.kind) \(gap.symbol) \(gap.fromId) \(gap.throughId)" }

  static func lines(_ rig: EngineRig) -> [String] {
    rig.evaluations.map(line) + rig.signals.map(line) + rig.paper.map(line) + rig.gaps.map(line)
  }
}
