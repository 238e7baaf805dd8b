/// Chooses one trade in 256 to be timed in full: its six stamps and eight counts take some 250 ns, twice a decision.
///
/// The fractional parts of n times the golden ratio: the gaps between choices are 144, 233 and 377, which share no period
/// with bursts, so that the first of each read, or one of four symbols that take turns, is chosen as often as any other.
/// Every 256th would meet the same place of a burst of 32 for ever. Rejected: a random number (costs more, chooses no
/// better).
public struct SampleChoice: BitwiseCopyable, Sendable {
  /// What one choice stands for.
  public static var oneIn: UInt32 { 256 }
  @usableFromInline var position: UInt64 = 0

  @_noAllocation @_noLocks
  public init() {}

  /// Whether the next trade is chosen. An add and a compare.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func next() -> Bool {
    position &+= 0x9E37_79B9_7F4A_7C15
    return position &>> 56 == 0
  }
}
