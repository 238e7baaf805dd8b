/// Candles and ATR by themselves, for measurements; nothing that trades makes one.
package struct CandlesProbe {
  private var candles = CandleSeries()

  @_noAllocation @_noLocks
  package init() {}

  /// NaN before 14 candles have closed.
  package var atr: Double {
    @_noAllocation @_noLocks
    get { candles.atr }
  }

  /// A candle from three of its trades, closed; units of 1e-8.
  @_noAllocation @_noLocks
  package mutating func take(startMillis: Int64, high: Int64, low: Int64, close: Int64) {
    candles.add(timeMillis: startMillis, price: high)
    candles.add(timeMillis: startMillis, price: low)
    candles.add(timeMillis: startMillis, price: close)
    candles.closeThrough(startMillis &+ CandleSeries.candleMillis)
  }
}
