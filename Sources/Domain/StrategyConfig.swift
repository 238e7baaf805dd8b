/// A strategy as its JSON file gives it, checked.
public struct StrategyConfig: Sendable, Equatable {
  public var name: String
  public var version: String
  /// A signal fires at this score, 0...100.
  public var threshold: Double
  /// Distances of stop and targets in ATR.
  public var stopLossAtr: Double
  public var takeProfit1Atr: Double
  public var takeProfit2Atr: Double
  public var cooldownMillis: Int64
  /// No signal before this much time since the symbol's first trade.
  public var warmUpMillis: Int64
  public var holdCloseMillis: Int64
  /// Reject when the round trip costs more than this many R; nil: no such rule.
  public var maxCostR: Double?
  /// The weighed signals in the order of the catalog.
  public var signals: [SignalConfig]

  public init(
    name: String, version: String, threshold: Double, stopLossAtr: Double, takeProfit1Atr: Double,
    takeProfit2Atr: Double, cooldownMillis: Int64, warmUpMillis: Int64, holdCloseMillis: Int64, maxCostR: Double?,
    signals: [SignalConfig]
  ) {
    self.name = name
    self.version = version
    self.threshold = threshold
    self.stopLossAtr = stopLossAtr
    self.takeProfit1Atr = takeProfit1Atr
    self.takeProfit2Atr = takeProfit2Atr
    self.cooldownMillis = cooldownMillis
    self.warmUpMillis = warmUpMillis
    self.holdCloseMillis = holdCloseMillis
    self.maxCostR = maxCostR
    self.signals = signals
  }
}

/// One signal of a strategy: its name in the catalog, its weight and its constants in the order the catalog gives.
public struct SignalConfig: Sendable, Equatable {
  public var name: String
  public var weight: Double
  public var parameters: [Double]

  public init(name: String, weight: Double, parameters: [Double]) {
    self.name = name
    self.weight = weight
    self.parameters = parameters
  }
}
