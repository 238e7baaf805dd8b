import Domain

/// Confirmation: open interest (contracts) grew over the last half hour.
enum OpenInterestSignal {
  static let description = SignalDescription(
    name: "oi", category: "confirmation",
    parameters: [
      SignalParameter("full_rise", 0.000_001...10), SignalParameter("before_min_min", 0...1440),
      SignalParameter("before_max_min", 0...1440), SignalParameter("max_age_s", 0...86_400),
    ],
    problem: { $0[1] <= $0[2] ? nil : "before_min_min must not be above before_max_min" })

  @_noAllocation @_noLocks
  static func value(
    _ input: borrowing ScoreInput, _ signal: borrowing SignalSetting, _ book: inout IndicatorBook
  ) -> SignalValue {
    let t = input.timeMillis
    guard let now = book.fresh(.openInterestHist, at: t, maxAgeSeconds: signal.parameters[3]),
      let before = book.openInterest(
        at: t, minMillis: Int64(signal.parameters[1] * 60_000), maxMillis: Int64(signal.parameters[2] * 60_000)),
      before != 0
    else { return .missing }
    return SignalValue(SignalValue.lin(now / before - 1, 0, signal.parameters[0]))
  }
}
