/// Candles of 5 min by event time, and ATR(14) over the closed ones.
///
/// Wilder's ATR in TradingView's convention: the first candle's TR is H - L and counts; the first ATR is the mean of the
/// first 14 TRs, then (13 * ATR + TR) / 14. TA-Lib leaves the first TR out; the two converge. Doubles in price units.
struct CandleSeries: BitwiseCopyable {
  static var candleMillis: Int64 { 300_000 }
  static var period: Int64 { 14 }

  private(set) var startMillis: Int64 = 0
  private(set) var isOpen = false
  private var hasTrade = false
  private(set) var open = 0.0
  private(set) var high = 0.0
  private(set) var low = 0.0
  private(set) var close = 0.0
  private(set) var closedCount: Int64 = 0
  /// Close of the last closed candle; NaN before the first.
  private(set) var lastClose = Double.nan
  /// NaN before 14 candles have closed.
  private(set) var atr = Double.nan
  private var trueRangeSum = 0.0

  @_noAllocation @_noLocks
  init() {}

  /// ATR over the close of the last closed candle; NaN until there is one.
  var atrShare: Double {
    @_noAllocation @_noLocks
    get { atr / lastClose }
  }

  /// Closes every candle whose end is at or before `t`; stretches without trades become flat candles.
  @_noAllocation @_noLocks
  mutating func closeThrough(_ t: Int64) {
    while isOpen, startMillis &+ Self.candleMillis <= t { closeOne() }
  }

  /// Takes a trade in; candles before its own have been closed.
  @_noAllocation @_noLocks
  mutating func add(timeMillis: Int64, price: Double) {
    if !isOpen {
      isOpen = true
      startMillis = timeMillis &- timeMillis % Self.candleMillis
    }
    if !hasTrade {
      hasTrade = true
      open = price
      high = price
      low = price
    }
    if price > high { high = price }
    if price < low { low = price }
    close = price
  }

  @_noAllocation @_noLocks
  private mutating func closeOne() {
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
    lastClose = close
    startMillis &+= Self.candleMillis
    // The next one is flat at this close until a trade opens it.
    hasTrade = false
    open = close
    high = close
    low = close
  }
}
