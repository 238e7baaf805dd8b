import Domain
import Memory

/// A strategy as the hot path holds it: plain values, no references.
struct StrategySetting: BitwiseCopyable {
  static var maximumSignals: Int { 16 }

  var threshold: Double
  var stopLossAtr: Double
  var takeProfit1Atr: Double
  var takeProfit2Atr: Double
  var cooldownMillis: Int64
  var warmUpMillis: Int64
  var holdCloseMillis: Int64
  /// NaN: no such rule.
  var maxCostR: Double
  private(set) var signalCount: Int
  /// Signals of all strategies; ours are the `signalCount` from `firstSignal` on. In a slab and not in line: a strategy is
  /// handed around by value, and with its signals it would be a copy of 1.4 kB for each evaluation.
  private let signals: Slab<SignalSetting>
  private let firstSignal: Int

  /// Signals of weight 0 are left out: they are not weighed, so they are never missing. `signals` has room for
  /// `maximumSignals` from `firstSignal` on.
  init(_ config: StrategyConfig, signals: Slab<SignalSetting>, firstSignal: Int) {
    self.signals = signals
    self.firstSignal = firstSignal
    threshold = config.threshold
    stopLossAtr = config.stopLossAtr
    takeProfit1Atr = config.takeProfit1Atr
    takeProfit2Atr = config.takeProfit2Atr
    cooldownMillis = config.cooldownMillis
    warmUpMillis = config.warmUpMillis
    holdCloseMillis = config.holdCloseMillis
    maxCostR = config.maxCostR ?? .nan
    signalCount = 0
    let weighed = config.signals.filter { $0.weight > 0 }
    precondition(weighed.count <= Self.maximumSignals, "a strategy weighs at most 16 signals")
    for signal in weighed {
      guard let kind = SignalCatalog.kind(named: signal.name) else {
        preconditionFailure("a strategy's signals come from the catalog")
      }
      signals[firstSignal + signalCount] = SignalSetting(
        kind: kind, weight: signal.weight, parameters: signal.parameters)
      signalCount += 1
    }
  }

  @_noAllocation @_noLocks
  func signal(_ index: Int) -> SignalSetting { signals[firstSignal &+ index] }
}
