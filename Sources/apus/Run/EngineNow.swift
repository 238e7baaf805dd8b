/// The engine's `now`: the clock's readings, none behind the one before. The engine's thread only.
///
/// A clock that is corrected by less than half a second (a quartz drifts by some ms a minute) makes `now` stand still or jump by as
/// much: no patience is so short. A clock that is set elsewhere takes `now` along, back as well as forth, and is told, so that the
/// engine's timers move with it: a `now` that stood until the venue's clock had caught up would stop every question to REST for as
/// long. *Rejected:* a slower `now` until it has caught up (an hour at 10 % takes ten).
struct EngineNow {
  /// The greatest correction that is none but a moment's standing.
  static var momentMillis: Int64 { 500 }

  private(set) var millis: Int64
  private var offsetMillis: Int64

  /// `offsetMillis`: the venue's clock minus the monotonic one.
  init(monotonicMillis: Int64, offsetMillis: Int64) {
    millis = monotonicMillis + offsetMillis
    self.offsetMillis = offsetMillis
  }

  /// Takes a reading. Gives by how much the clock was set elsewhere since the last one, which has moved `millis` as far; 0 when it
  /// was not.
  @inline(__always)
  mutating func advance(monotonicMillis: Int64, offsetMillis: Int64) -> Int64 {
    let change = offsetMillis - self.offsetMillis
    self.offsetMillis = offsetMillis
    let isMoved = change > Self.momentMillis || change < -Self.momentMillis
    if isMoved { millis += change }
    millis = max(millis, monotonicMillis + offsetMillis)
    return isMoved ? change : 0
  }
}
