/// Direction: the net flow of 30 min and 4 h agree (or there is no direction at all), more if 24 h agrees too.
enum CvdSignal {
  static let description = SignalDescription(
    name: "cvd", category: "direction",
    parameters: [SignalParameter("base", 0...1), SignalParameter("bonus_24h", 0...1)],
    problem: { $0[0] + $0[1] > SignalDescription.wholeValue ? "base and bonus_24h must sum to at most 1" : nil })

  @_noAllocation @_noLocks
  static func value(_ input: borrowing ScoreInput, _ signal: borrowing SignalSetting) -> SignalValue {
    let base = signal.parameters[0]
    return SignalValue(input.cvd24hSign == input.direction ? base + signal.parameters[1] : base)
  }
}
