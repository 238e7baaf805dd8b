import Domain

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
  var signalCount: Int
  var signals: InlineArray<16, SignalSetting>

  /// Signals of weight 0 are left out: they are not weighed, so they are never missing.
  init(_ config: StrategyConfig) {
    threshold = config.threshold
    stopLossAtr = config.stopLossAtr
    takeProfit1Atr = config.takeProfit1Atr
    takeProfit2Atr = config.takeProfit2Atr
    cooldownMillis = config.cooldownMillis
    warmUpMillis = config.warmUpMillis
    holdCloseMillis = config.holdCloseMillis
    maxCostR = config.maxCostR ?? .nan
    signals = InlineArray(repeating: SignalSetting(kind: .cvd, weight: 0, parameters: []))
    signalCount = 0
    let weighed = config.signals.filter { $0.weight > 0 }
    precondition(weighed.count <= Self.maximumSignals, "a strategy weighs at most 16 signals")
    for signal in weighed {
      guard let kind = SignalCatalog.kind(named: signal.name) else {
        preconditionFailure("a strategy's signals come from the catalog")
      }
      signals[signalCount] = SignalSetting(kind: kind, weight: signal.weight, parameters: signal.parameters)
      signalCount += 1
    }
  }
}
