/// One strategy's evaluation of one symbol at an event time: a row of evaluations.csv and of signal_indicators.
public struct Evaluation: BitwiseCopyable, Sendable {
  public var timeMillis: Int64 = 0
  public var symbol: UInt32 = 0
  public var strategy: UInt32 = 0
  public var aggId: Int64 = 0
  /// Units of 1e-8.
  public var price: Int64 = 0
  /// Sums of 30 min, 4 h and 24 h: net flow in 1e-8, notional in 1e-16, quantity in 1e-8.
  public var cvd = InlineArray<3, Int128>(repeating: 0)
  public var notional = InlineArray<3, Int128>(repeating: 0)
  public var quantity = InlineArray<3, Int128>(repeating: 0)
  /// Price units; NaN when absent.
  public var atr = Double.nan
  public var atrShare = Double.nan
  /// Units of 1e-8; -1 when absent.
  public var p95: Int64 = -1
  public var p99: Int64 = -1
  public var acceleration: Int128 = 0
  public var hasAcceleration = false
  /// +1, -1, or 0 without a direction.
  public var direction: Int8 = 0
  /// 0...100, rounded half to even to 4 decimals.
  public var score = 0.0
  /// Bit k: the signal of kind k is missing.
  public var missing: UInt16 = 0
  /// Weighted values by signal kind.
  public var parts = InlineArray<16, Double>(repeating: 0)

  @_noAllocation @_noLocks
  public init() {}
}
