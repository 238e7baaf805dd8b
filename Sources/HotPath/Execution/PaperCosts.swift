import Domain

/// Fractions of `PaperConfig`, as the hot path holds them.
struct PaperCosts: BitwiseCopyable {
  var latencyMillis: Int64
  var slippage: Double
  var takerFee: Double
  var makerFee: Double
  var riskUsd: Double

  init(_ config: PaperConfig) {
    latencyMillis = config.latencyMillis
    slippage = config.slippage
    takerFee = config.takerFee
    makerFee = config.makerFee
    riskUsd = config.riskPerTradeUsd
  }
}
