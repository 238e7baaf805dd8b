/// What the venue says about one contract. Prices and quantities in units of 1e-8.
public struct Instrument: Sendable, Equatable {
  public var symbol: String
  /// 0 where no exchangeInfo is known.
  public var tickSize: Int64
  public var lotSize: Int64
  public var minimumQuantity: Int64
  public var maximumQuantity: Int64
  /// USD; 0 where unknown.
  public var minimumNotional: Int64

  public init(
    symbol: String, tickSize: Int64 = 0, lotSize: Int64 = 1, minimumQuantity: Int64 = 0,
    maximumQuantity: Int64 = .max, minimumNotional: Int64 = 0
  ) {
    precondition(tickSize >= 0 && lotSize > 0, "a lot is positive, a tick not negative")
    self.symbol = symbol
    self.tickSize = tickSize
    self.lotSize = lotSize
    self.minimumQuantity = minimumQuantity
    self.maximumQuantity = maximumQuantity
    self.minimumNotional = minimumNotional
  }
}
