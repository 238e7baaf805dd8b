/// Counts since the engine was made.
public struct EngineCounters: BitwiseCopyable, Sendable {
  /// Trades taken in, those of quantity 0 among them.
  public var trades: Int64 = 0
  /// Trades whose T was raised, because an earlier trade or a tick was already past it.
  public var late: Int64 = 0
  /// Trades with a repeated or older id.
  public var dropped: Int64 = 0
  /// Trades that came a second time over a connection that overlaps another: nothing is wrong.
  public var overlapped: Int64 = 0
  /// Trades that came after a later one and closed the hole themselves.
  public var reordered: Int64 = 0
  /// Trades that were to wait and found no room, or came too far behind later ones: REST brings them again.
  public var notHeld: Int64 = 0
  /// Trades whose price is an eighth or more away from the one before, held until REST confirms them.
  public var doubted: Int64 = 0
  /// Trades that came with two contents, or whose price REST did not confirm.
  public var quarantined: Int64 = 0
  /// Times a symbol's windows were built anew because they were not what the venue has.
  public var rebuilt: Int64 = 0
  /// Jumps in ids.
  public var gaps: Int64 = 0
  /// Moments at which the strategies were evaluated.
  public var evaluations: Int64 = 0
  public var signals: Int64 = 0
  /// Trades that found the pool of trades used up; their symbol takes no entries for 24 h.
  public var poolExhausted: Int64 = 0
  /// Trades whose T or id cannot be true: left out, since one would freeze a symbol for as long as it lies ahead.
  public var implausible: Int64 = 0
  /// Records of kinds or symbols that the engine doesn't know.
  public var unknown: Int64 = 0

  @_noAllocation @_noLocks
  init() {}
}
