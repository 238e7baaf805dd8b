/// The venue's stream events as JSON, key for key in its order.
enum StreamEncoder {
  static func aggTrade(_ trade: AggTrade, _ instrument: Instrument, eventMillis: Int64, into out: inout WireText) {
    out.raw("{\"e\":\"aggTrade\",\"E\":")
    out.integer(eventMillis)
    out.raw(",\"a\":")
    out.integer(trade.id)
    out.raw(",\"s\":")
    out.quoted(instrument.symbol)
    AggTradeFields.append(trade, instrument, to: &out)
    out.raw(",\"st\":1}")
  }

  static func markPrice(_ mark: MarkQuote, _ instrument: Instrument, eventMillis: Int64, into out: inout WireText) {
    out.raw("{\"e\":\"markPriceUpdate\",\"E\":")
    out.integer(eventMillis)
    out.raw(",\"s\":")
    out.quoted(instrument.symbol)
    out.number(",\"p\":\"", mark.markE8, 8)
    out.number("\",\"ap\":\"", mark.markE8, 8)
    out.number("\",\"P\":\"", mark.settleE8, 8)
    out.number("\",\"i\":\"", mark.indexE8, 8)
    out.number("\",\"r\":\"", mark.fundingRateE8, 8)
    out.raw("\",\"T\":")
    out.integer(mark.nextFundingMillis)
    out.raw(",\"st\":1}")
  }

  static func bookTicker(_ quote: BookQuote, _ instrument: Instrument, eventMillis: Int64, into out: inout WireText) {
    out.raw("{\"e\":\"bookTicker\",\"u\":")
    out.integer(quote.updateID)
    out.raw(",\"s\":")
    out.quoted(instrument.symbol)
    out.raw(",\"ps\":")
    out.quoted(instrument.symbol)
    out.number(",\"b\":\"", quote.bidE8, instrument.pricePrecision)
    out.number("\",\"B\":\"", quote.bidQuantityE8, instrument.quantityPrecision)
    out.number("\",\"a\":\"", quote.askE8, instrument.pricePrecision)
    out.number("\",\"A\":\"", quote.askQuantityE8, instrument.quantityPrecision)
    out.raw("\",\"T\":")
    out.integer(quote.timeMillis)
    out.raw(",\"E\":")
    out.integer(eventMillis)
    out.raw(",\"st\":1}")
  }

  static func kline(
    _ candle: Candle, _ interval: KlineInterval, _ instrument: Instrument, eventMillis: Int64, isClosed: Bool,
    into out: inout WireText
  ) {
    out.raw("{\"e\":\"kline\",\"E\":")
    out.integer(eventMillis)
    out.raw(",\"s\":")
    out.quoted(instrument.symbol)
    out.raw(",\"k\":{\"t\":")
    out.integer(candle.startMillis)
    out.raw(",\"T\":")
    out.integer(candle.startMillis + interval.millis - 1)
    out.raw(",\"s\":")
    out.quoted(instrument.symbol)
    out.raw(",\"i\":")
    out.quoted(interval.rawValue)
    out.raw(",\"f\":")
    out.integer(candle.firstID)
    out.raw(",\"L\":")
    out.integer(candle.lastID)
    out.number(",\"o\":\"", candle.openE8, instrument.pricePrecision)
    out.number("\",\"c\":\"", candle.closeE8, instrument.pricePrecision)
    out.number("\",\"h\":\"", candle.highE8, instrument.pricePrecision)
    out.number("\",\"l\":\"", candle.lowE8, instrument.pricePrecision)
    out.raw("\",\"v\":\"")
    out.fixed(candle.volumeE8, scale: 8, digits: instrument.quantityPrecision)
    out.raw("\",\"n\":")
    out.integer(candle.trades)
    out.raw(",\"x\":")
    out.bool(isClosed)
    let quoteDigits = instrument.pricePrecision + instrument.quantityPrecision
    out.raw(",\"q\":\"")
    out.fixed(candle.quoteE16, scale: 16, digits: quoteDigits)
    out.raw("\",\"V\":\"")
    out.fixed(candle.takerBuyVolumeE8, scale: 8, digits: instrument.quantityPrecision)
    out.raw("\",\"Q\":\"")
    out.fixed(candle.takerBuyQuoteE16, scale: 16, digits: quoteDigits)
    out.raw("\",\"B\":\"0\"},\"st\":1}")
  }
}
