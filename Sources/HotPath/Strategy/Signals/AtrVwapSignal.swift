/// Environment: price on our side of the 30 min VWAP, not run away from it, in a market that moves.
enum AtrVwapSignal {
  static let description = SignalDescription(
    name: "atr_vwap", category: "environment",
    parameters: [
      SignalParameter("side", 0...1), SignalParameter("near", 0...1), SignalParameter("near_atr", 0...1000),
      SignalParameter("volatile", 0...1), SignalParameter("min_atr_pct", 0...1),
    ],
    problem: {
      $0[0] + $0[1] + $0[3] > SignalDescription.wholeValue ? "side, near and volatile must sum to at most 1" : nil
    })

  @_noAllocation @_noLocks
  static func value(_ input: borrowing ScoreInput, _ signal: borrowing SignalSetting) -> SignalValue {
    var sum = 0.0
    if input.direction &* input.aboveVwapSign > 0 { sum += signal.parameters[0] }
    if input.isNearVwap(signal.parameters[2] * input.atr) { sum += signal.parameters[1] }
    if input.atrShare >= signal.parameters[4] { sum += signal.parameters[3] }
    return SignalValue(sum)
  }
}
