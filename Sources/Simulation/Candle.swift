/// A candle: prices in 1e-8, volumes exact (base in 1e-8, quote in 1e-16).
public struct Candle: Equatable, Sendable {
  public var startMillis: Int64
  public var openE8: Int64
  public var highE8: Int64
  public var lowE8: Int64
  public var closeE8: Int64
  public var volumeE8: Int128 = 0
  public var quoteE16: Int128 = 0
  public var takerBuyVolumeE8: Int128 = 0
  public var takerBuyQuoteE16: Int128 = 0
  /// Raw trades, as the venue counts them.
  public var trades: Int64 = 0
  public var firstID: Int64 = -1
  public var lastID: Int64 = -1

  /// A candle without trades: all four prices are the last close.
  public init(startMillis: Int64, flatAtE8 price: Int64) {
    self.startMillis = startMillis
    openE8 = price
    highE8 = price
    lowE8 = price
    closeE8 = price
  }

  mutating func add(_ trade: AggTrade) {
    if trades == 0 {
      openE8 = trade.priceE8
      highE8 = trade.priceE8
      lowE8 = trade.priceE8
      firstID = trade.firstID
    }
    highE8 = max(highE8, trade.priceE8)
    lowE8 = min(lowE8, trade.priceE8)
    closeE8 = trade.priceE8
    lastID = trade.lastID
    trades += Int64(trade.span) + 1
    let quote = Int128(trade.priceE8) * Int128(trade.quantityE8)
    volumeE8 += Int128(trade.quantityE8)
    quoteE16 += quote
    guard !trade.buyerIsMaker else { return }
    takerBuyVolumeE8 += Int128(trade.quantityE8)
    takerBuyQuoteE16 += quote
  }

  /// Joins a later candle to this one.
  mutating func extend(with later: Candle) {
    guard later.trades > 0 else { return }
    if trades == 0 {
      let start = startMillis
      self = later
      startMillis = start
      return
    }
    highE8 = max(highE8, later.highE8)
    lowE8 = min(lowE8, later.lowE8)
    closeE8 = later.closeE8
    lastID = later.lastID
    trades += later.trades
    volumeE8 += later.volumeE8
    quoteE16 += later.quoteE16
    takerBuyVolumeE8 += later.takerBuyVolumeE8
    takerBuyQuoteE16 += later.takerBuyQuoteE16
  }
}
