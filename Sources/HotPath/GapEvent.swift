/// A jump in a symbol's aggTrade ids.
public struct GapEvent: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// Please fetch these ids; the windows wait.
    case wanted = 0
    /// Passed over for good: a replay, or not filled within ten minutes.
    case permanent
  }

  public var kind: Kind
  public var symbol: UInt32
  public var fromId: Int64
  public var throughId: Int64

  @_noAllocation @_noLocks
  init(kind: Kind, symbol: UInt32, fromId: Int64, throughId: Int64) {
    self.kind = kind
    self.symbol = symbol
    self.fromId = fromId
    self.throughId = throughId
  }
}
