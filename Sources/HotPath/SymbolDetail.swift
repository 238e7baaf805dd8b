/// What a symbol's view leaves out, for whoever compares runs: P95 is followed only where it is asked for, so asking costs a walk
/// over the buckets since it was asked last. Prices and quantities in units of 1e-8.
public struct SymbolDetail: BitwiseCopyable, Sendable, Equatable {
  /// Of 24 h; -1 when the window is empty.
  public var p95: Int64
  /// Candles that have closed, and the close of the last; NaN before.
  public var closedCandles: Int64
  public var lastClose: Double
  /// The candle at hand.
  public var open: Int64
  public var high: Int64
  public var low: Int64
  public var close: Int64
  /// The next point of the 15 s grid; `.max` before the first trade.
  public var gridMillis: Int64
  /// Change of the 30 min CVD over the last step of the grid, and how that changed.
  public var slope: Int128
  public var acceleration: Int128

  @_noAllocation @_noLocks
  init(_ state: borrowing SymbolState) {
    // Looking for a quantile moves its cursor: a copy's.
    var sizes = state.window.sizes
    p95 = sizes.p95
    closedCandles = state.candles.closedCount
    lastClose = state.candles.lastClose
    open = state.candles.openUnits
    high = state.candles.highUnits
    low = state.candles.lowUnits
    close = state.candles.closeUnits
    gridMillis = state.grid.nextMillis
    slope = state.grid.slope
    acceleration = state.grid.acceleration
  }
}

extension Engine {
  /// A closer look at one symbol than `view`. Engine's thread, between steps.
  @_noAllocation @_noLocks
  public borrowing func detail(_ index: Int) -> SymbolDetail { SymbolDetail(symbols[index]) }
}
