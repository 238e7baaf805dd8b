/// Crowding: which side the large trades of 30 min took.
enum P99Signal {
  static let description = SignalDescription(
    name: "p99", category: "crowding",
    parameters: [SignalParameter("neutral", 0...1), SignalParameter("span", 0...1)],
    problem: { constants in
      let isWithin = constants[0] >= constants[1] && constants[0] + constants[1] <= SignalDescription.wholeValue
      return isWithin ? nil : "neutral - span must be at least 0 and neutral + span at most 1"
    })

  @_noAllocation @_noLocks
  static func value(_ input: borrowing ScoreInput, _ signal: borrowing SignalSetting) -> SignalValue {
    SignalValue(signal.parameters[0] + signal.parameters[1] * input.d * input.largeShare)
  }
}
