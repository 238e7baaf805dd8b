/// Keeps within the venue's request weight per minute, which counts for the whole address and everyone on it, and silent
/// for as long as the venue said.
///
/// The venue's own count, from X-MBX-USED-WEIGHT-1M, is believed over ours unless it is lower: then it was taken before
/// another call of ours arrived. Both start anew with each minute of the venue's clock. The silence is counted on the
/// monotonic clock: a `/time` that lies must not prolong it.
struct RestBudget {
  /// What the venue allows a minute.
  var limitPerMinute: Int
  private var minute: Int64 = 0
  private(set) var used = 0
  /// On the monotonic clock.
  private(set) var blockedUntilMillis: Int64 = 0
  static let blockMostMillis: Int64 = 3 * 86_400_000

  init(limitPerMinute: Int) { self.limitPerMinute = limitPerMinute }

  /// How long to wait before spending `weight`; 0: go ahead.
  mutating func pauseMillis(_ priority: RestPriority, weight: Int, venueMillis: Int64, monotonicMillis: Int64) -> Int64
  {
    turn(venueMillis)
    if blockedUntilMillis > monotonicMillis { return blockedUntilMillis - monotonicMillis }
    // A budget smaller than one request must not wait for ever: the first of a minute always goes.
    let reserve = limitPerMinute * priority.reservePercent / 100
    if used == 0 || used + weight <= limitPerMinute - reserve { return 0 }
    return (minute + 1) * 60_000 - venueMillis + 200
  }

  /// A request goes out.
  mutating func spend(weight: Int, venueMillis: Int64) {
    turn(venueMillis)
    used += weight
  }

  /// The venue told its count, in answer to a request sent at `sentMillis` of its clock.
  ///
  /// One that was sent in the minute before may tell that minute's count, which would hold up all of this one. Left out: should it
  /// be of this minute after all, it lacks no more than that request's own weight until the next answer tells.
  mutating func report(used told: Int, sentMillis: Int64, venueMillis: Int64) {
    turn(venueMillis)
    guard sentMillis / 60_000 == minute else { return }
    used = max(used, told)
  }

  /// 429, 418 or 403: asking before the time is up prolongs it.
  mutating func block(forMillis millis: Int64, monotonicMillis: Int64) {
    blockedUntilMillis = max(blockedUntilMillis, monotonicMillis + min(max(0, millis), Self.blockMostMillis))
  }

  private mutating func turn(_ venueMillis: Int64) {
    guard venueMillis / 60_000 != minute else { return }
    minute = venueMillis / 60_000
    used = 0
  }
}
