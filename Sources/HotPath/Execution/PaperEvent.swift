/// A change of a paper position.
public struct PaperEvent: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable { case entered = 0, takeProfit1, closed }

  public var kind: Kind
  /// The position after the change.
  public var position: PaperPosition

  @_noAllocation @_noLocks
  init(kind: Kind, position: PaperPosition) {
    self.kind = kind
    self.position = position
  }
}
