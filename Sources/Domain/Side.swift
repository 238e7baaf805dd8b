/// Trade side of an order or aggressor.
public enum Side: UInt8, Sendable { case buy = 0, sell = 1 }
