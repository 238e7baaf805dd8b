/// Whom to follow, of the venue's `/time`, the T of its trades and our own clock, where they differ. All three as the venue's clock
/// minus the monotonic one, in ms.
///
/// A T lies behind the venue's clock by what the trade took to come here: mostly 0.1 s, in a crash many seconds. It is never ahead of
/// it, so a clock behind the trades is certainly wrong, and one that is ahead of them by less than a minute may be right.
enum ClockVerdict: Equatable {
  /// `/time` is where the clock stands.
  case agreed
  /// `/time` is elsewhere and nothing contradicts it: it is measured again.
  case measureAgain
  /// The trades contradict `/time`; the clock goes with them.
  case disbelieveTime
  /// The trades contradict both.
  case followTrades

  /// A clock further off than this is measured again before it is believed; until then no entries.
  static let doubtMillis: Int64 = 500
  /// What `/time` may differ from the trades.
  static let tradesMillis: Int64 = 2_000
  /// No venue's trades are on their way for longer.
  static let lagMostMillis: Int64 = 60_000

  /// `trades` is nil while none come.
  init(time: Int64, trades: Int64?, clock: Int64) {
    guard let trades, abs(time - trades) > Self.tradesMillis else {
      self = abs(time - clock) > Self.doubtMillis ? .measureAgain : .agreed
      return
    }
    self = Self.areContradictory(clock: clock, trades: trades) ? .followTrades : .disbelieveTime
  }

  /// Whether the clock cannot be right if the trades are.
  static func areContradictory(clock: Int64, trades: Int64) -> Bool {
    trades - clock > tradesMillis || clock - trades > lagMostMillis
  }
}
