import Domain

/// Confirmation, contrarian: the crowd's accounts lean the other way.
enum LongShortRatioSignal {
  static let description = SignalDescription(
    name: "ls_ratio", category: "confirmation",
    parameters: [
      SignalParameter("low", 0...1000), SignalParameter("high", 0...1000), SignalParameter("max_age_s", 0...86_400),
    ],
    problem: { $0[0] < $0[1] ? nil : "low must be below high" })

  @_noAllocation @_noLocks
  static func value(
    _ input: borrowing ScoreInput, _ signal: borrowing SignalSetting, _ book: inout IndicatorBook
  ) -> SignalValue {
    guard let ratio = book.fresh(.longShortRatio, at: input.timeMillis, maxAgeSeconds: signal.parameters[2])
    else { return .missing }
    let low = signal.parameters[0]
    let high = signal.parameters[1]
    return SignalValue(input.direction > 0 ? SignalValue.lin(ratio, high, low) : SignalValue.lin(ratio, low, high))
  }
}
