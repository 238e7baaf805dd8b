/// Direction: the flow of 30 min accelerates our way on the 15 s grid.
enum AccelSignal {
  static let description = SignalDescription(name: "accel", category: "direction", parameters: [])

  @_noAllocation @_noLocks
  static func value(_ input: borrowing ScoreInput) -> SignalValue {
    SignalValue(input.direction &* input.accelSign > 0 ? 1 : 0)
  }
}
