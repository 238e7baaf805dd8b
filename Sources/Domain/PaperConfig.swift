/// How paper trades are sized and filled.
public struct PaperConfig: Sendable, Equatable, BitwiseCopyable {
  /// Between a signal and the earliest trade that may fill it, in event time.
  public var latencyMillis: Int64 = 200
  /// Fractions of the price: 0.0001 is one basis point.
  public var slippage: Double = 0.0001
  public var takerFee: Double = 0.0005
  public var makerFee: Double = 0.0002
  /// What one trade risks, USD.
  public var riskPerTradeUsd: Double = 10

  public init() {}
}
