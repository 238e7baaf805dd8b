/// The feed's limits in time and distance, in one place. Getters are annotated, since a constant of another file must be seen
/// through by the check of the hot path.
extension Engine {
  /// What a live T may differ from now, and an id from the one before: beyond any lag, clock or outage on record (BTCUSDT has
  /// some 1.5 M aggregates a day), far below what would make the grid pass years or ids wait for ever.
  static var plausibleAheadMillis: Int64 {
    @_noAllocation @_noLocks
    get { 60_000 }
  }

  /// The same of a trade out of history, whose venue's clock may not be known yet.
  static var historyAheadMillis: Int64 {
    @_noAllocation @_noLocks
    get { 3_600_000 }
  }

  static var plausibleBehindMillis: Int64 {
    @_noAllocation @_noLocks
    get { 86_400_000 }
  }

  /// A clock cannot be set further: times of venues are below.
  static var clockMoveMost: Int64 {
    @_noAllocation @_noLocks
    get { 100_000_000_000_000 }
  }

  /// Ids above are none: sums of ids must not overflow.
  static var idMost: Int64 {
    @_noAllocation @_noLocks
    get { 1 << 60 }
  }

  /// A held trade this much older than what was applied since, with a higher id, contradicts itself.
  static var contradictoryMillis: Int64 {
    @_noAllocation @_noLocks
    get { 5_000 }
  }

  /// REST is asked for a past again that it did not answer, and for a trade in doubt so long before all is built anew.
  static var pastRetryMillis: Int64 {
    @_noAllocation @_noLocks
    get { 60_000 }
  }

  static var verifyPatienceMillis: Int64 {
    @_noAllocation @_noLocks
    get { 120_000 }
  }

  /// History is a day; files may begin some days before.
  static var historyMostMillis: Int64 {
    @_noAllocation @_noLocks
    get { 604_800_000 }
  }

  static var plausibleIdJump: Int64 {
    @_noAllocation @_noLocks
    get { 10_000_000 }
  }

  /// A price an eighth away from the one before is believed once REST has the same: a shift instead of a division, and
  /// from one aggTrade to the next no contract of size moves so far.
  static var collarShift: Int64 {
    @_noAllocation @_noLocks
    get { 3 }
  }

  /// So many live trades that agree with each other move the live price (exits, screen) before REST has answered: a crash
  /// must not wait for it.
  static var agreeingTrades: Int64 {
    @_noAllocation @_noLocks
    get { 3 }
  }

  /// What comes in the wrong order gets this long before REST is asked.
  static var reorderMillis: Int64 {
    @_noAllocation @_noLocks
    get { 100 }
  }

  static var gapPatienceMillis: Int64 {
    @_noAllocation @_noLocks
    get { 600_000 }
  }

  static var gapRetryMillis: Int64 {
    @_noAllocation @_noLocks
    get { 5_000 }
  }

  /// A rebuild takes minutes of REST's budget: it is asked for again this much later at the earliest.
  static var rebuildRetryMillis: Int64 {
    @_noAllocation @_noLocks
    get { 3_600_000 }
  }

  static var tickLagMillis: Int64 {
    @_noAllocation @_noLocks
    get { 2_000 }
  }

  /// Younger than this a trade may still be on its way over the stream.
  static var deafMillis: Int64 {
    @_noAllocation @_noLocks
    get { 5_000 }
  }

  /// After an interruption a symbol gets this long to show a trade before REST is asked whether any were missed.
  static var awaitMillis: Int64 {
    @_noAllocation @_noLocks
    get { 10_000 }
  }

  /// A symbol without a trade for so long while its connection is heard: REST is asked whether its stream is deaf. Fifteen
  /// times its own pause between trades of the last half hour, which once in three million comes by chance, within these.
  static var quietLeastMillis: Int64 {
    @_noAllocation @_noLocks
    get { 30_000 }
  }

  static var quietMillis: Int64 {
    @_noAllocation @_noLocks
    get { 120_000 }
  }

  /// Between two questions after an interruption, over all symbols: most show a trade before their turn comes.
  static var awaitPauseMillis: Int64 {
    @_noAllocation @_noLocks
    get { 1_000 }
  }

  /// Between two questions about quiet streams, over all symbols: 20 a minute, a sixth of the venue's weight.
  static var checkPauseMillis: Int64 {
    @_noAllocation @_noLocks
    get { 3_000 }
  }
}
