/// What the venue knows of one symbol: tape, candles, book, mark price, and its streams.
final class SymbolBoard {
  let instrument: Instrument
  var tape: TradeTape
  var candles = CandleBook()
  private(set) var quote: BookQuote?
  private var playedMark: MarkQuote?
  /// Whether the market tells the book itself; otherwise it is made from the trades.
  private(set) var hasPlayedQuotes = false

  var tradeFeed: StreamFeed?
  var quoteFeed: StreamFeed?

  /// The symbol is unknown before the one moment and settling from the other on, ms since the epoch.
  var listedMillis = Int64.min
  var delistedMillis = Int64.max
  /// How many faults silence its trades.
  var silences = 0
  var day = DayWindow()
  private(set) var total = Total()

  /// All trades so far; quantities in 1e-8, which a thousand coins of a millionth outgrow in 64 bits.
  struct Total {
    var trades: Int64 = 0
    var buyE8: Int128 = 0
    var sellE8: Int128 = 0
  }

  private static let fundingMillis: Int64 = 8 * 3_600_000

  init(instrument: Instrument, maxTrades: Int) {
    self.instrument = instrument
    tape = TradeTape(maxCount: maxTrades)
  }

  func isListed(_ nowMillis: Int64) -> Bool { nowMillis >= listedMillis }
  func isTrading(_ nowMillis: Int64) -> Bool { nowMillis >= listedMillis && nowMillis < delistedMillis }

  /// Takes a trade in; true when the book made from the trades moved with it.
  func add(_ trade: AggTrade) -> Bool {
    tape.append(trade)
    candles.add(trade)
    total.trades += 1
    if trade.buyerIsMaker { total.sellE8 += Int128(trade.quantityE8) } else { total.buyE8 += Int128(trade.quantityE8) }
    guard !hasPlayedQuotes else { return false }
    let bid = trade.buyerIsMaker ? trade.priceE8 : trade.priceE8 - instrument.tickE8
    quote = BookQuote(
      updateID: trade.lastID, timeMillis: trade.timeMillis, bidE8: bid,
      bidQuantityE8: depth(trade.lastID), askE8: bid + instrument.tickE8, askQuantityE8: depth(trade.lastID ^ 0x55))
    return true
  }

  /// A resting quantity of 1 to 64 times 100 USD, out of the id: nothing the trades depend on.
  private func depth(_ id: Int64) -> Int64 {
    let notional = 100 * Double(1 + id.magnitude % 64)
    let price = Double(tape.last?.priceE8 ?? instrument.openingPriceE8)
    return max(1, Int64(notional * 1e16 / price / Double(instrument.lotE8))) * instrument.lotE8
  }

  func add(_ quote: BookQuote) {
    hasPlayedQuotes = true
    self.quote = quote
  }

  func add(_ mark: MarkQuote) {
    playedMark = mark
  }

  /// The mark price at a moment: the recording's if it told one, else made from the last trade.
  func mark(nowMillis: Int64) -> MarkQuote? {
    if var mark = playedMark {
      mark.timeMillis = nowMillis
      mark.nextFundingMillis = nextFundingMillis(nowMillis)
      return mark
    }
    guard let last = tape.last else { return nil }
    // The mark follows the last price, the index stands 1 bp off it: the funding says which way.
    let basis = last.priceE8 / 10_000
    return MarkQuote(
      timeMillis: nowMillis, markE8: last.priceE8, indexE8: last.priceE8 - basis, settleE8: last.priceE8 + basis / 2,
      fundingRateE8: 8_972, nextFundingMillis: nextFundingMillis(nowMillis))
  }

  private func nextFundingMillis(_ nowMillis: Int64) -> Int64 {
    (nowMillis / Self.fundingMillis + 1) * Self.fundingMillis
  }
}
