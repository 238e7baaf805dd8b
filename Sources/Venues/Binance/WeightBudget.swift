/// Keeps within the venue's request weight per minute, which counts for the whole address and everyone on it.
///
/// The venue's own count, from X-MBX-USED-WEIGHT-1M, is believed over ours. It starts anew with each minute of the
/// venue's clock.
struct WeightBudget {
  /// What the venue allows a minute.
  let limitPerMinute: Int
  private var minute: Int64 = 0
  private var used = 0

  init(limitPerMinute: Int) { self.limitPerMinute = limitPerMinute }

  /// How long to wait before spending `weight` and still leave `reserve`; 0: go ahead.
  mutating func pauseMillis(weight: Int, reserve: Int, venueMillis: Int64) -> Int64 {
    turn(venueMillis)
    // A budget smaller than one request must not wait for ever: the first of a minute always goes.
    if used == 0 || used + weight <= limitPerMinute - reserve { return 0 }
    return (minute + 1) * 60_000 - venueMillis + 200
  }

  /// A request went out; `reported` is the venue's count after it.
  mutating func spend(weight: Int, reported: Int?, venueMillis: Int64) {
    turn(venueMillis)
    used = reported ?? used + weight
  }

  private mutating func turn(_ venueMillis: Int64) {
    guard venueMillis / 60_000 != minute else { return }
    minute = venueMillis / 60_000
    used = 0
  }
}
