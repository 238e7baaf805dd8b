/// Candles of 5 min by event time, and ATR(14) over the closed ones.
///
/// Wilder's ATR in TradingView's convention: the first candle's TR is H - L and counts; the first ATR is the mean of the
/// first 14 TRs, then (13 * ATR + TR) / 14. TA-Lib leaves the first TR out; the two converge. Doubles in price units; the
/// open candle is kept in units of 1e-8, so that a division is made for each candle and not for each trade.
struct CandleSeries: BitwiseCopyable {
  static var candleMillis: Int64 {
    @_noAllocation @_noLocks
    get { 300_000 }
  }
  static var period: Int64 { 14 }

  /// End of the open candle; `.max` before the first.
  private(set) var endMillis: Int64 = .max
  private var hasTrade = false
  private(set) var openUnits: Int64 = 0
  private(set) var highUnits: Int64 = 0
  private(set) var lowUnits: Int64 = 0
  private(set) var closeUnits: Int64 = 0
  private(set) var closedCount: Int64 = 0
  /// Close of the last closed candle; NaN before the first.
  private(set) var lastClose = Double.nan
  /// NaN before 14 candles have closed.
  private(set) var atr = Double.nan
  private var trueRangeSum = 0.0

  @_noAllocation @_noLocks
  init() {}

  /// ATR over the close of the last closed candle; NaN until there is one.
  private(set) var atrShare = Double.nan

  /// Closes every candle whose end is at or before `t`; stretches without trades become flat candles.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func closeThrough(_ t: Int64) {
    while endMillis <= t { closeOne() }
  }

  /// Takes a trade in, its price in units of 1e-8; candles before its own have been closed.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(timeMillis: Int64, price: Int64) {
    if !hasTrade { begin(timeMillis, price) }
    highUnits = price > highUnits ? price : highUnits
    lowUnits = price < lowUnits ? price : lowUnits
    closeUnits = price
  }

  @_noAllocation @_noLocks
  @inline(never)
  private mutating func begin(_ timeMillis: Int64, _ price: Int64) {
    hasTrade = true
    if endMillis == .max { endMillis = timeMillis &- timeMillis % Self.candleMillis &+ Self.candleMillis }
    openUnits = price
    highUnits = price
    lowUnits = price
  }

  @_noAllocation @_noLocks
  @inline(never)
  private mutating func closeOne() {
    let high = Double(highUnits) / 1e8
    let low = Double(lowUnits) / 1e8
    var trueRange = high - low
    if closedCount > 0 {
      let up = high > lastClose ? high - lastClose : lastClose - high
      let down = low > lastClose ? low - lastClose : lastClose - low
      if up > trueRange { trueRange = up }
      if down > trueRange { trueRange = down }
    }
    closedCount &+= 1
    if closedCount <= Self.period {
      trueRangeSum += trueRange
      if closedCount == Self.period { atr = trueRangeSum / 14 }
    } else {
      atr = (13 * atr + trueRange) / 14
    }
    lastClose = Double(closeUnits) / 1e8
    atrShare = atr / lastClose
    endMillis &+= Self.candleMillis
    // The next one is flat at this close until a trade opens it.
    hasTrade = false
    openUnits = closeUnits
    highUnits = closeUnits
    lowUnits = closeUnits
  }
}
