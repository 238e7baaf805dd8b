import Domain

/// One line of an indicators file.
public struct IndicatorLine: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case indicator(IndicatorType, Double)
    /// A liquidation order; prices and quantities in units of 1e-8.
    case liquidation(sell: Bool, priceE8: Int64, quantityE8: Int64)
  }

  /// When it could be known, ms since the epoch: the key `known_ms`, else `timeMillis`.
  public var knownMillis: Int64
  /// When it was true, ms since the epoch.
  public var timeMillis: Int64
  public var symbol: String
  public var kind: Kind
  /// 0-based index of the line in its file: of two with one `timeMillis`, the later counts.
  public var order: Int

  public init(knownMillis: Int64, timeMillis: Int64, symbol: String, kind: Kind, order: Int) {
    self.knownMillis = knownMillis
    self.timeMillis = timeMillis
    self.symbol = symbol
    self.kind = kind
    self.order = order
  }
}
