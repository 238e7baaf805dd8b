/// Side of a trade's aggressor or of an order.
@frozen
public enum Side: UInt8, Sendable, BitwiseCopyable {
  case buy = 0
  case sell = 1
}
