/// What a signal says: a value in 0...1, or that its indicator is missing or too old, which counts as 0.
struct SignalValue: BitwiseCopyable {
  var value: Double
  var isMissing: Bool

  @_noAllocation @_noLocks
  init(_ value: Double) {
    self.value = value
    isMissing = false
  }

  @_noAllocation @_noLocks
  private init(missing: Bool) {
    value = 0
    isMissing = missing
  }

  static var missing: SignalValue {
    @_noAllocation @_noLocks
    get { SignalValue(missing: true) }
  }

  /// `clamp((x - a) / (b - a), 0, 1)`; 0 where that is no number.
  @_noAllocation @_noLocks
  static func lin(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let share = (x - a) / (b - a)
    if share >= 1 { return 1 }
    return share > 0 ? share : 0
  }
}
