import CRecords
import Domain
import HotPath

/// Any sequence of records through an engine with little room: no step traps, every step ends, what is held stays within
/// its bounds, and windows that forget are empty to the last unit.
///
/// An input is one byte of settings, then eight for each event (see `FuzzEvents`).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(unsafe lent(data, count))
  var run = EngineRun(settings: input.byte())
  var events = FuzzEvents(input, holdsGaps: run.holdsGaps)
  while let event = events.next(of: run.engine) {
    for record in event { run.step(record, now: events.now) }
  }
  run.checkForgotten(now: events.now)
  run.end()
  return 0
}

private struct EngineRun: ~Copyable {
  var engine: Engine
  let outbox = Outbox()
  let holdsGaps: Bool
  private let limits: EngineLimits

  init(settings: UInt8) {
    holdsGaps = settings & 1 == 0
    var limits = EngineLimits()
    limits.trades = settings & 0x10 == 0 ? 768 : 4_096
    limits.heldTrades = settings & 0x20 == 0 ? 8 : 128
    limits.indicators = settings & 0x40 == 0 ? 4 : 32
    limits.symbolRoom = 5
    self.limits = limits
    let output: EvaluationOutput = settings & 4 != 0 ? .all : settings & 8 != 0 ? .gridPoints : .none
    engine = Engine(
      EngineConfig(
        symbols: SymbolTable(["BTCUSDT", "ETHUSDT", "币安人生USDT"]), strategies: [Self.flow, Self.nine],
        timing: settings & 2 == 0 ? .everyTrade : .everyGridPoint, output: output,
        gapPolicy: holdsGaps ? .hold : .report,
        limits: limits))
  }

  /// As `LiveEngine.step`, with an end.
  mutating func step(_ record: apus_record, now: Int64) {
    var calls = 0
    while true {
      let outcome = engine.step(record, now: now, into: outbox)
      let wasEmpty = outbox.isEmpty
      outbox.clear()
      if case .done = outcome { break }
      calls += 1
      guard !wasEmpty, calls < 1_000_000 else { fatalError("a step does not end: \(record) at \(now)") }
    }
    let pool = engine.poolUse()
    guard pool.used >= 0, pool.used <= pool.total, engine.symbolCount <= engine.symbolRoom else {
      fatalError("\(pool) chunks, \(engine.symbolCount) symbols")
    }
  }

  /// History of all symbols begins again: nothing is left in a window, no chunk is lost.
  mutating func checkForgotten(now: Int64) {
    var held: Int64 = 0
    for symbol in 0..<engine.symbolCount {
      let view = engine.view(symbol)
      guard view.held >= 0, view.held <= limits.heldTrades, view.tradesHeld24h >= 0, view.missing >= 0 else {
        fatalError("symbol \(symbol) holds what cannot be: \(view)")
      }
      _ = view.isIncomplete(windowMillis: 86_400_000)
      held += view.tradesHeld24h
    }
    guard held <= Int64(engine.poolUse().total * 256) else { fatalError("\(held) trades are in the windows") }
    for symbol in 0..<engine.symbolCount {
      var reset = apus_record()
      reset.kind = EventKind.historyReset.rawValue
      reset.symbol = UInt32(symbol)
      step(reset, now: now)
      let view = engine.view(symbol)
      guard view.tradesHeld24h == 0, view.notional == 0, view.quantity == 0, view.cvd[0] == 0, view.cvd[1] == 0,
        view.cvd[2] == 0, view.largeBuy == 0, view.largeSell == 0
      else { fatalError("symbol \(symbol) forgot, and holds \(view)") }
    }
    guard engine.poolUse().used == 0 else { fatalError("\(engine.poolUse().used) chunks are lost") }
  }

  consuming func end() {
    engine.deallocate()
    outbox.deallocate()
  }

  /// Fires as soon as it may, so that positions open and close within an input.
  private static let flow = StrategyConfig(
    name: "flow", version: "1", threshold: 1, stopLossAtr: 1.4, takeProfit1Atr: 1.05, takeProfit2Atr: 2.1,
    cooldownMillis: 1_000, warmUpMillis: 0, holdCloseMillis: 600_000, maxCostR: nil,
    signals: [SignalConfig(name: "cvd", weight: 100, parameters: [0.6, 0.4])])

  /// All signals, so that indicators and liquidations are looked at.
  private static let nine = StrategyConfig(
    name: "nine", version: "1", threshold: 40, stopLossAtr: 2.1, takeProfit1Atr: 1.4, takeProfit2Atr: 3.15,
    cooldownMillis: 600_000, warmUpMillis: 0, holdCloseMillis: 4_200_000, maxCostR: 0.5,
    signals: [
      SignalConfig(name: "cvd", weight: 36, parameters: [0.6, 0.4]),
      SignalConfig(name: "accel", weight: 4, parameters: []),
      SignalConfig(name: "p99", weight: 16, parameters: [0.5, 0.5]),
      SignalConfig(name: "atr_vwap", weight: 14, parameters: [0.5, 0.3, 2, 0.2, 0.0005]),
      SignalConfig(name: "ls_ratio", weight: 8, parameters: [1, 2, 900]),
      SignalConfig(name: "oi", weight: 7, parameters: [0.01, 30, 45, 900]),
      SignalConfig(name: "coinbase_premium", weight: 5, parameters: [0.0005, 900]),
      SignalConfig(name: "funding_rate", weight: 5, parameters: [0.0005, 900]),
      SignalConfig(name: "liquidation", weight: 5, parameters: [30, 100_000]),
    ])
}
