import Domain

/// How much one trade holds.
enum PositionSizing {
  /// `risk / distance` rounded down to the lot, units of 1e-8; 0 when that is nothing or the distance is 0, `.max` when
  /// it leaves Int64.
  @_noAllocation @_noLocks
  static func quantity(riskUsd: Double, stopDistance: Double, limits: borrowing InstrumentLimits) -> Int64 {
    if !(stopDistance > 0) { return 0 }
    let units = riskUsd / stopDistance * 1e8
    if !(units < 9_223_372_036_854_775_808) { return .max }
    let whole = Int64(units)
    let capped = whole < limits.maximumQuantity ? whole : limits.maximumQuantity
    let lots = capped / limits.lot &* limits.lot
    return lots < limits.minimumQuantity ? 0 : lots
  }

  /// Half of it, rounded down to the lot.
  @_noAllocation @_noLocks
  static func half(_ quantity: Int64, limits: borrowing InstrumentLimits) -> Int64 {
    quantity / 2 / limits.lot &* limits.lot
  }
}
