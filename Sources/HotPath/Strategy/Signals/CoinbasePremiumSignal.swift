import Domain

/// Auxiliary: the US spot market pays more (for a long) or less (for a short) than Binance.
enum CoinbasePremiumSignal {
  static let description = SignalDescription(
    name: "coinbase_premium", category: "auxiliary",
    parameters: [SignalParameter("full", 0.000_000_1...1), SignalParameter("max_age_s", 0...86_400)])

  @_noAllocation @_noLocks
  static func value(
    _ input: borrowing ScoreInput, _ signal: borrowing SignalSetting, _ book: inout IndicatorBook
  ) -> SignalValue {
    guard
      let premium = book.fresh(
        .coinbasePremium, at: input.timeMillis, maxAgeSeconds: signal.parameters[1])
    else { return .missing }
    let full = signal.parameters[0]
    return SignalValue(SignalValue.lin(input.d * premium, -full, full))
  }
}
