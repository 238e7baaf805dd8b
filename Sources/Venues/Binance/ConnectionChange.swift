/// A run of symbols is heard, or cut off.
public struct ConnectionChange: Sendable, Equatable {
  /// The first of its symbols, and how many there are.
  public var symbol: String
  public var count: Int
  /// All their streams come over some connection.
  public var isStreaming: Bool
  /// Why not, when a connection failed; empty before the first.
  public var reason: String

  public init(symbol: String, count: Int, isStreaming: Bool, reason: String) {
    self.symbol = symbol
    self.count = count
    self.isStreaming = isStreaming
    self.reason = reason
  }
}
