/// What is missing from a symbol's trades, in doubt, or mended.
public struct GapEvent: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// Please fetch these ids; the windows wait.
    case wanted = 0
    /// Passed over for good: a replay, or not filled within ten minutes.
    case permanent
    /// Please look whether the venue has anything from `fromId` on: the stream is silent.
    case check
    /// Please fetch this trade again: it came with two contents.
    case verify
    /// Please fetch the whole past again: what the windows hold is not what the venue has.
    case rebuild
    /// This trade came with two contents, or with a price that the venue's history does not have.
    case quarantined
    /// A hole is closed; the windows follow the live stream.
    case filled
    /// Please fetch the past of this symbol, which is new: only now would its records be taken.
    case past
    /// The venue has this trade, and the stream did not bring it though its connection was heard: please have that made anew.
    case deaf
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
