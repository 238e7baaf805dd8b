/// The keys that a streamed aggTrade and one from REST have in common, in the venue's order: `p` to `m`.
enum AggTradeFields {
  /// Begins with the comma after the key before.
  static func append(_ trade: AggTrade, _ instrument: Instrument, to out: inout WireText) {
    out.number(",\"p\":\"", trade.priceE8, instrument.pricePrecision)
    out.number("\",\"q\":\"", trade.quantityE8, instrument.quantityPrecision)
    out.number("\",\"nq\":\"", trade.normalQuantityE8, instrument.quantityPrecision)
    out.raw("\",\"f\":")
    out.integer(trade.firstID)
    out.raw(",\"l\":")
    out.integer(trade.lastID)
    out.raw(",\"T\":")
    out.integer(trade.timeMillis)
    out.raw(",\"m\":")
    out.bool(trade.buyerIsMaker)
  }
}
