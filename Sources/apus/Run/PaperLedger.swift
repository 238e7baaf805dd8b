import Domain
import HotPath

/// Signals and paper trades of this run, gathered from the engine's news for whoever looks. Main thread.
struct PaperLedger {
  private static let keptSignals = 50
  private static let keptClosed = 100

  private let symbols: SymbolRegistry
  private let strategies: [StrategyConfig]
  /// Newest first.
  private(set) var signals: [ViewModel.Signal] = []
  private(set) var closed: [ViewModel.ClosedTrade] = []
  private(set) var day = ViewModel.Day()
  private var dayNumber: Int64 = 0
  private var open: [Int64: PaperPosition] = [:]

  init(symbols: SymbolRegistry, strategies: [StrategyConfig]) {
    self.symbols = symbols
    self.strategies = strategies
  }

  mutating func add(_ signal: FiredSignal) -> ViewModel.Signal {
    let evaluation = signal.evaluation
    let strategy = strategies[Int(evaluation.strategy)]
    let shown = ViewModel.Signal(
      id: signal.id.text, timeMillis: evaluation.timeMillis, symbol: symbols.name(Int(evaluation.symbol)),
      strategy: strategy.name, direction: evaluation.direction > 0 ? .long : .short, price: evaluation.price,
      score: evaluation.score, accepted: signal.isAccepted, reason: signal.reason.text,
      parts: parts(evaluation, strategy))
    signals.insert(shown, at: 0)
    if signals.count > Self.keptSignals { signals.removeLast() }
    return shown
  }

  private func parts(_ evaluation: Evaluation, _ strategy: StrategyConfig) -> [ViewModel.Part] {
    strategy.signals.filter { $0.weight > 0 }.compactMap { signal in
      guard let kind = SignalCatalog.kind(named: signal.name) else { return nil }
      let index = Int(kind.rawValue)
      return ViewModel.Part(
        signal: signal.name, weight: signal.weight, value: evaluation.parts[index] / signal.weight,
        isMissing: evaluation.missing & (1 << UInt16(index)) != 0)
    }
  }

  /// An entry or a close to tell; nil for a first target, which only changes the position.
  mutating func add(_ event: PaperEvent, nowMillis: Int64) -> LogLines.Event? {
    let position = event.position
    switch event.kind {
    case .entered:
      open[position.entryNumber] = position
      return .entry(shown(position, price: nil))
    case .takeProfit1:
      open[position.entryNumber] = position
      return nil
    case .closed:
      open[position.entryNumber] = nil
      return .close(close(position, nowMillis: nowMillis))
    }
  }

  private mutating func close(_ position: PaperPosition, nowMillis: Int64) -> ViewModel.ClosedTrade {
    let trade = ViewModel.ClosedTrade(
      symbol: symbols.name(Int(position.symbol)), strategy: strategies[Int(position.strategy)].name,
      direction: direction(position), exitMillis: position.exitMillis, entryPrice: position.entryPrice,
      exitPrice: position.exitPrice, reason: position.exitReason.name, grossR: position.grossR,
      netR: position.netR, netUsd: position.netUsd)
    closed.insert(trade, at: 0)
    if closed.count > Self.keptClosed { closed.removeLast() }
    startDay(nowMillis)
    day.trades += 1
    if trade.netUsd > 0 { day.wins += 1 }
    day.netR += trade.netR
    day.netUsd += trade.netUsd
    return trade
  }

  /// The UTC day of the exchange's clock; its totals begin anew at 00:00.
  mutating func startDay(_ nowMillis: Int64) {
    let number = nowMillis / 86_400_000
    if number == dayNumber { return }
    dayNumber = number
    day = ViewModel.Day()
  }

  /// Open positions in the order of entry, valued at `price(symbol)`.
  func positions(price: (Int) -> Int64?) -> [ViewModel.Position] {
    open.values.sorted { $0.entryNumber < $1.entryNumber }.map { shown($0, price: price(Int($0.symbol))) }
  }

  private func shown(_ position: PaperPosition, price: Int64?) -> ViewModel.Position {
    ViewModel.Position(
      symbol: symbols.name(Int(position.symbol)), strategy: strategies[Int(position.strategy)].name,
      direction: direction(position), entryMillis: position.entryMillis, entryPrice: position.entryPrice,
      stop: position.stop, target1: position.takeProfit1, target2: position.takeProfit2,
      quantity: position.remaining, unrealisedR: price.map { unrealisedR(position, at: FixedPoint.double($0)) })
  }

  /// What was realised at the first target, and the rest at `price`, net of the fees paid so far.
  private func unrealisedR(_ position: PaperPosition, at price: Double) -> Double {
    let rest = Double(position.direction) * (price - position.entryPrice) * FixedPoint.double(position.remaining)
    return (position.grossUsd + rest - position.feesUsd) / position.riskUsd
  }

  private func direction(_ position: PaperPosition) -> Direction { position.direction > 0 ? .long : .short }
}
