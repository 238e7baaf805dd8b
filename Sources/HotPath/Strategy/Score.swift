/// The score of one strategy: `sum(weight * value)` in the table's order, in doubles.
struct Score: BitwiseCopyable {
  /// 0...100, rounded.
  var value = 0.0
  /// Bit k: the signal of kind k is missing.
  var missing: UInt16 = 0
  /// Weighted values by signal kind, before rounding.
  var parts = InlineArray<16, Double>(repeating: 0)

  @_noAllocation @_noLocks
  init(
    _ strategy: borrowing StrategySetting, _ input: borrowing ScoreInput, _ book: inout IndicatorBook,
    _ cache: inout LiquidationCache
  ) {
    var sum = 0.0
    var index = 0
    while index < strategy.signalCount {
      let setting = strategy.signal(index)
      let weight = setting.weight
      let kind = setting.kindIndex
      let signal = SignalCatalog.value(setting, input, &book, &cache)
      if signal.isMissing { missing |= 1 << UInt16(truncatingIfNeeded: kind) }
      // Without a direction nothing scores, but what is missing is still told.
      if input.direction != 0 {
        parts[kind] = weight * signal.value
        sum += weight * signal.value
      }
      index &+= 1
    }
    value = Self.rounded(sum)
  }

  /// To 4 decimals, half to even, of the exact binary value: what Python's `round(x, 4)` gives.
  ///
  /// `x * 10_000` rounds once more and may land on a tie that isn't one; the fused remainder tells on which side.
  /// Each value is within 0...1 and weights sum to 100; what the doubles' errors add beyond is not shown.
  @_noAllocation @_noLocks
  static func rounded(_ sum: Double) -> Double {
    let x = sum < 100 ? sum : 100
    let scaled = x * 10_000
    var floor = Double(Int64(scaled))
    if floor > scaled { floor -= 1 }
    let rest = scaled - floor
    var nearest = floor
    if rest > 0.5 {
      nearest = floor + 1
    } else if rest == 0.5 {
      let error = fused(x, 10_000, -scaled)
      if error > 0 || (error == 0 && Int64(floor) & 1 == 1) { nearest = floor + 1 }
    }
    return nearest / 10_000
  }

  /// The exact `x * y + z`, rounded once: for z = -(x*y rounded) it is the product's rounding error.
  @_noAllocation @_noLocks
  private static func fused(_ x: Double, _ y: Double, _ z: Double) -> Double { z.addingProduct(x, y) }
}
