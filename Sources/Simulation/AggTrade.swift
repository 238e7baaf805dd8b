/// One aggregate trade as the venue publishes it. Prices and quantities are integers of 1e-8.
///
/// 56 bytes. The raw trade ids are a first id and a span, because `last - first` is small and the tape keeps days.
public struct AggTrade: Equatable, Sendable {
  /// The aggregate's id; consecutive per symbol.
  public var id: Int64
  public var priceE8: Int64
  public var quantityE8: Int64
  /// Quantity without retail price improvement orders; at most `quantityE8`, may be 0.
  public var normalQuantityE8: Int64
  /// First raw trade of the aggregate; raw ids may skip.
  public var firstID: Int64
  /// Trade time, ms since the epoch.
  public var timeMillis: Int64
  /// Last raw id less first raw id.
  public var span: UInt32
  /// True when the taker sold.
  public var buyerIsMaker: Bool

  public init(
    id: Int64, priceE8: Int64, quantityE8: Int64, normalQuantityE8: Int64, firstID: Int64, span: UInt32,
    timeMillis: Int64, buyerIsMaker: Bool
  ) {
    self.id = id
    self.priceE8 = priceE8
    self.quantityE8 = quantityE8
    self.normalQuantityE8 = normalQuantityE8
    self.firstID = firstID
    self.span = span
    self.timeMillis = timeMillis
    self.buyerIsMaker = buyerIsMaker
  }

  /// Last raw trade of the aggregate.
  public var lastID: Int64 { firstID + Int64(span) }
}
