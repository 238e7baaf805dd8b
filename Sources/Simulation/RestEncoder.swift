/// The venue's REST bodies as JSON, key for key in its order.
enum RestEncoder {
  static func aggTrades(_ tape: TradeTape, _ range: Range<Int>, _ instrument: Instrument) -> [UInt8] {
    var out = WireText(capacity: range.count * 130 + 2)
    out.raw("[")
    for position in range {
      if position > range.lowerBound { out.raw(",") }
      let trade = tape[position]
      out.raw("{\"a\":")
      out.integer(trade.id)
      AggTradeFields.append(trade, instrument, to: &out)
      out.raw("}")
    }
    out.raw("]")
    return out.bytes
  }

  static func klines(_ candles: [Candle], _ interval: KlineInterval, _ instrument: Instrument) -> [UInt8] {
    var out = WireText(capacity: candles.count * 170 + 2)
    let quoteDigits = instrument.pricePrecision + instrument.quantityPrecision
    out.raw("[")
    for (index, candle) in candles.enumerated() {
      out.raw(index == 0 ? "[" : ",[")
      out.integer(candle.startMillis)
      out.number(",\"", candle.openE8, instrument.pricePrecision)
      out.number("\",\"", candle.highE8, instrument.pricePrecision)
      out.number("\",\"", candle.lowE8, instrument.pricePrecision)
      out.number("\",\"", candle.closeE8, instrument.pricePrecision)
      out.raw("\",\"")
      out.fixed(candle.volumeE8, scale: 8, digits: instrument.quantityPrecision)
      out.raw("\",")
      out.integer(candle.startMillis + interval.millis - 1)
      out.raw(",\"")
      out.fixed(candle.quoteE16, scale: 16, digits: quoteDigits)
      out.raw("\",")
      out.integer(candle.trades)
      out.raw(",\"")
      out.fixed(candle.takerBuyVolumeE8, scale: 8, digits: instrument.quantityPrecision)
      out.raw("\",\"")
      out.fixed(candle.takerBuyQuoteE16, scale: 16, digits: quoteDigits)
      out.raw("\",\"0\"]")
    }
    out.raw("]")
    return out.bytes
  }

  static func premiumIndex(_ mark: MarkQuote, _ instrument: Instrument, into out: inout WireText) {
    out.raw("{\"symbol\":")
    out.quoted(instrument.symbol)
    out.number(",\"markPrice\":\"", mark.markE8, 8)
    out.number("\",\"indexPrice\":\"", mark.indexE8, 8)
    out.number("\",\"estimatedSettlePrice\":\"", mark.settleE8, 8)
    out.number("\",\"lastFundingRate\":\"", mark.fundingRateE8, 8)
    out.raw("\",\"interestRate\":\"0.00010000\",\"nextFundingTime\":")
    out.integer(mark.nextFundingMillis)
    out.raw(",\"time\":")
    out.integer(mark.timeMillis)
    out.raw("}")
  }

  static func ticker(_ board: SymbolBoard, _ ticker: DayTicker, into out: inout WireText) {
    let candle = ticker.candle
    let (price, quantity) = (board.instrument.pricePrecision, board.instrument.quantityPrecision)
    out.raw("{\"symbol\":")
    out.quoted(board.instrument.symbol)
    out.number(",\"priceChange\":\"", ticker.changeE8, price)
    out.number("\",\"priceChangePercent\":\"", ticker.changePercentE8, 3)
    out.number("\",\"weightedAvgPrice\":\"", ticker.averageE8, price)
    out.number("\",\"lastPrice\":\"", candle.closeE8, price)
    out.number("\",\"lastQty\":\"", board.tape.last?.quantityE8 ?? 0, quantity)
    out.number("\",\"openPrice\":\"", candle.openE8, price)
    out.number("\",\"highPrice\":\"", candle.highE8, price)
    out.number("\",\"lowPrice\":\"", candle.lowE8, price)
    out.raw("\",\"volume\":\"")
    out.fixed(candle.volumeE8, scale: 8, digits: quantity)
    out.raw("\",\"quoteVolume\":\"")
    out.fixed(candle.quoteE16, scale: 16, digits: price + quantity)
    out.raw("\",\"openTime\":")
    out.integer(ticker.openMillis)
    out.raw(",\"closeTime\":")
    out.integer(ticker.closeMillis)
    out.raw(",\"firstId\":")
    out.integer(candle.firstID)
    out.raw(",\"lastId\":")
    out.integer(candle.lastID)
    out.raw(",\"count\":")
    out.integer(candle.trades)
    out.raw("}")
  }

  static func tooManyRequests(_ client: String, weightLimit: Int64) -> [UInt8] {
    error(
      -1003,
      "Too many requests; current limit of IP(\(client)) is \(weightLimit) requests per minute. "
        + "Please use the websocket for live updates to avoid polling the API.")
  }

  static func banned(_ client: String, untilMillis: Int64) -> [UInt8] {
    error(
      -1003,
      "Way too many requests; IP(\(client)) banned until \(untilMillis). "
        + "Please use the websocket for live updates to avoid bans.")
  }

  static func error(_ code: Int64, _ message: String) -> [UInt8] {
    var out = WireText(capacity: 128)
    out.raw("{\"code\":")
    out.integer(code)
    out.raw(",\"msg\":")
    out.quoted(message)
    out.raw("}")
    return out.bytes
  }
}
