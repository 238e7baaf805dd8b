/// The body of `/fapi/v1/exchangeInfo`, with every key of a live entry of 2026-09-15 in its order.
enum ExchangeInfoEncoder {
  /// The body's bytes; the venue ignores `symbol`, and so does this.
  static func body(_ boards: [SymbolBoard], nowMillis: Int64, weightLimit: Int64) -> [UInt8] {
    let listed = boards.filter { $0.isListed(nowMillis) }
    var out = WireText(capacity: 1_300 * listed.count + 1_000)
    out.raw("{\"timezone\":\"UTC\",\"serverTime\":")
    out.integer(nowMillis)
    out.raw(",\"futuresType\":\"U_MARGINED\",\"rateLimits\":")
    rateLimits(weightLimit: weightLimit, into: &out)
    out.raw(",\"exchangeFilters\":[],\"assets\":[")
    out.raw("{\"asset\":\"USDT\",\"marginAvailable\":true,\"autoAssetExchange\":\"-10000\"}],\"symbols\":[")
    for (index, board) in listed.enumerated() {
      if index > 0 { out.raw(",") }
      entry(board.instrument, isTrading: board.isTrading(nowMillis), into: &out)
    }
    out.raw("]}")
    return out.bytes
  }

  static func rateLimits(weightLimit: Int64, into out: inout WireText) {
    out.raw("[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":")
    out.integer(weightLimit)
    out.raw("},{\"rateLimitType\":\"ORDERS\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":1200},")
    out.raw("{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":300}]")
  }

  static func entry(_ instrument: Instrument, isTrading: Bool = true, into out: inout WireText) {
    out.raw("{\"symbol\":")
    out.quoted(instrument.symbol)
    out.raw(",\"pair\":")
    out.quoted(instrument.symbol)
    out.raw(",\"contractType\":")
    out.quoted(instrument.contractType)
    out.raw(",\"deliveryDate\":4133404800000,\"onboardDate\":1567965300000,\"status\":")
    if isTrading { out.raw("\"TRADING\"") } else { out.raw("\"SETTLING\"") }
    out.raw(",\"maintMarginPercent\":\"2.5000\",\"requiredMarginPercent\":\"5.0000\"")
    out.raw(",\"baseAsset\":")
    out.quoted(instrument.baseAsset)
    out.raw(",\"quoteAsset\":")
    out.quoted(instrument.quoteAsset)
    out.raw(",\"marginAsset\":")
    out.quoted(instrument.quoteAsset)
    out.raw(",\"pricePrecision\":")
    out.integer(Int64(instrument.pricePrecision))
    out.raw(",\"quantityPrecision\":")
    out.integer(Int64(instrument.quantityPrecision))
    out.raw(",\"baseAssetPrecision\":8,\"quotePrecision\":8,\"underlyingType\":\"COIN\"")
    out.raw(",\"underlyingSubType\":[\"PoW\",\"Crypto\"],\"triggerProtect\":\"0.0500\"")
    out.raw(",\"liquidationFee\":\"0.012500\",\"marketTakeBound\":\"0.05\",\"maxMoveOrderLimit\":10000,\"filters\":[")
    filters(instrument, into: &out)
    out.raw("],\"orderTypes\":[\"LIMIT\",\"MARKET\",\"STOP\",\"STOP_MARKET\",\"TAKE_PROFIT\",")
    out.raw(
      "\"TAKE_PROFIT_MARKET\",\"TRAILING_STOP_MARKET\"],\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\",\"GTD\"]")
    out.raw(",\"permissionSets\":[\"GRID\",\"COPY\",\"DCA\",\"PSB\"]}")
  }

  private static func filters(_ instrument: Instrument, into out: inout WireText) {
    out.raw("{\"minPrice\":\"")
    out.fixed(instrument.minPriceE8, digits: instrument.pricePrecision)
    out.raw("\",\"tickSize\":\"")
    out.fixed(instrument.tickE8, digits: instrument.pricePrecision)
    out.raw("\",\"filterType\":\"PRICE_FILTER\",\"maxPrice\":\"")
    out.shortest(instrument.maxPriceE8)
    out.raw("\"},{\"minQty\":\"")
    out.shortest(instrument.lotE8)
    out.raw("\",\"filterType\":\"LOT_SIZE\",\"stepSize\":\"")
    out.shortest(instrument.lotE8)
    out.raw("\",\"maxQty\":\"")
    out.shortest(instrument.maxQuantityE8)
    out.raw("\"},{\"stepSize\":\"")
    out.shortest(instrument.lotE8)
    out.raw("\",\"maxQty\":\"")
    out.shortest(instrument.maxMarketQuantityE8)
    out.raw("\",\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"")
    out.shortest(instrument.lotE8)
    out.raw("\"},{\"filterType\":\"MAX_NUM_ORDERS\",\"limit\":200},{\"notional\":\"")
    out.shortest(instrument.minNotionalE8)
    out.raw("\",\"filterType\":\"MIN_NOTIONAL\"},{\"multiplierDown\":\"0.9500\",\"multiplierDecimal\":\"4\"")
    out.raw(",\"filterType\":\"PERCENT_PRICE\",\"multiplierUp\":\"1.0500\"}")
    out.raw(",{\"filterType\":\"POSITION_RISK_CONTROL\",\"positionControlSide\":\"NONE\"}")
  }
}
