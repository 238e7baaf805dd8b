import Domain

/// Funding: the position would be paid, or at least would not pay much.
enum FundingRateSignal {
  static let description = SignalDescription(
    name: "funding_rate", category: "funding_rate",
    parameters: [SignalParameter("zero_at", 0.000_000_1...1), SignalParameter("max_age_s", 0...86_400)])

  @_noAllocation @_noLocks
  static func value(
    _ input: borrowing ScoreInput, _ signal: borrowing SignalSetting, _ book: inout IndicatorBook
  ) -> SignalValue {
    guard
      let rate = book.fresh(.fundingRate, at: input.timeMillis, maxAgeSeconds: signal.parameters[1])
    else { return .missing }
    return SignalValue(SignalValue.lin(input.d * rate, signal.parameters[0], 0))
  }
}
