/// Chooses the trades that are timed in full: at most one a millisecond, since its six stamps and eight counts take some
/// 250 ns, more than two decisions.
///
/// After that millisecond some trades more are let go by, 0 to 254: as many as likely between 0 and 1 as between 1 and 3, 3
/// and 7, and so on. So the place within a burst that is met is now the first and now deep inside, and yet a market of a few
/// trades a second has a sample every few seconds. *Rejected:* one trade in 256 by count (a quiet market waits a minute for
/// its first sample, and a burst pays for four of 1,000); every trade that comes a millisecond after the last sample (always
/// the first of its burst, which never waits).
public struct SampleChoice: BitwiseCopyable, Sendable {
  /// The least time between the arrivals of two chosen trades.
  public static var spacingNanos: UInt64 {
    @_noAllocation @_noLocks
    get { 1_000_000 }
  }

  @usableFromInline var dueNanos: UInt64 = 0
  private var letBy = 0
  /// Fractional parts of n times the golden ratio: evenly spread, without a period.
  private var position: UInt64 = 0

  @_noAllocation @_noLocks
  public init() {}

  /// Whether a trade that arrived then is chosen. Nearly always one comparison.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func next(arrivalNanos: UInt64) -> Bool {
    arrivalNanos < dueNanos ? false : isTurn(arrivalNanos)
  }

  @_noAllocation @_noLocks
  @usableFromInline @inline(never)
  mutating func isTurn(_ arrivalNanos: UInt64) -> Bool {
    if letBy > 0 {
      letBy &-= 1
      return false
    }
    position &+= 0x9E37_79B9_7F4A_7C15
    // The top three bits choose the power of two, the rest a place within it.
    let base = 1 << Int(position &>> 61)
    letBy = base &- 1 &+ Int(truncatingIfNeeded: (position &<< 3) &>> 40) & (base &- 1)
    dueNanos = arrivalNanos &+ Self.spacingNanos
    return true
  }
}
