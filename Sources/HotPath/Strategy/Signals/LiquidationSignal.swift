/// Liquidation: the share of forced orders that push our way. Never missing: silence is a value.
enum LiquidationSignal {
  static let description = SignalDescription(
    name: "liquidation", category: "liquidation",
    parameters: [SignalParameter("window_min", 0.1...1440), SignalParameter("min_notional_usd", 0...1e12)])

  @_noAllocation @_noLocks
  static func value(
    _ input: borrowing ScoreInput, _ signal: borrowing SignalSetting, _ book: inout IndicatorBook,
    _ cache: inout LiquidationCache
  ) -> SignalValue {
    book.liquidations(
      at: input.timeMillis, windowMillis: Int64(signal.parameters[0] * 60_000), cache: &cache)
    // Notionals are exact, in 1e-16 USD: the threshold is compared as such.
    let sum = cache.buyNotional &+ cache.sellNotional
    if sum == 0 { return SignalValue(0) }
    if sum < Int128(Int64(signal.parameters[1] * 1e4)) &* 1_000_000_000_000 { return SignalValue(0) }
    let ours = input.direction > 0 ? cache.buyNotional : cache.sellNotional
    return SignalValue(WideNumbers.double(ours) / WideNumbers.double(sum))
  }
}
