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
    // Multiplied before it is divided, as the formula reads: the quotient alone, once for all strategies, is another number
    // in its last place for a span like 0.3. Without large trades it is 0 / 0, which is computed and not taken.
    let lean = signal.parameters[1] * input.d * input.largeNet / input.largeGross
    return SignalValue(input.largeGross == 0 ? signal.parameters[0] : signal.parameters[0] + lean)
  }
}
