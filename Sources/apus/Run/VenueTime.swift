import Venues

/// The venue's `/time` by several measurements that agree: one alone may be a cache's, or that of a server whose clock is wrong.
enum VenueTime {
  static let measurements = 3

  /// The one in the middle; nil when they differ by more than half a second, or when `isStopping`.
  static func measured(_ rest: BinanceRest, attempts: Int = 1, isStopping: () -> Bool = { false }) throws(VenueError)
    -> BinanceRest.ServerTime?
  {
    var times: [BinanceRest.ServerTime] = []
    while times.count < measurements, !isStopping() {
      if !times.isEmpty { Pause.millis(100) }
      times.append(try rest.serverTime(attempts: attempts))
    }
    times.sort { $0.monotonicOffsetMillis < $1.monotonicOffsetMillis }
    guard times.count == measurements, let least = times.first, let most = times.last,
      most.monotonicOffsetMillis - least.monotonicOffsetMillis <= ClockVerdict.doubtMillis
    else { return nil }
    return times[times.count / 2]
  }
}
