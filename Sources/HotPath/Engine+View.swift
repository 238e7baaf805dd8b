import Domain

/// One symbol's state at a moment, copied out for whoever watches. Units as in `Evaluation`.
public struct SymbolView: BitwiseCopyable, Sendable {
  public var phase: FeedPhase
  public var hasTrade: Bool
  /// Of the last trade seen: 1e-8, T.
  public var price: Int64
  public var tradeMillis: Int64
  public var firstMillis: Int64
  public var lastId: Int64
  public var cvd = InlineArray<3, Int128>(repeating: 0)
  /// Of the 30 min window.
  public var notional: Int128
  public var quantity: Int128
  public var tradesHeld24h: Int64
  public var atr: Double
  public var atrShare: Double
  /// Live trades held back while history or a gap is filled.
  public var held: Int
  /// Ids between the windows and the first held trade.
  public var missing: Int64
  /// No entries before; `.max` while a trade is in doubt or the symbol is delisted.
  public var incompleteUntilMillis: Int64
  /// Event time of the last hole in the windows; `.min`: none.
  public var holeMillis: Int64
  /// The time the windows stand at.
  public var eventMillis: Int64
  /// A trade came with two contents, and REST has not said which is right.
  public var isSuspect: Bool
  /// History is asked for anew.
  public var isRebuilding: Bool
  public var isDelisted: Bool
  /// Its connection is heard.
  public var isHeard: Bool
  /// Large flow of 30 min, and P99 of 24 h, which each trade keeps anyway; 1e-8.
  public var largeBuy: Int128
  public var largeSell: Int128
  public var p99: Int64
  public var acceleration: Int128
  /// By strategy.
  public var scores = InlineArray<8, Double>(repeating: 0)
  public var directions = InlineArray<8, Int8>(repeating: 0)

  @_noAllocation @_noLocks
  init(_ state: borrowing SymbolState) {
    phase = state.phase
    hasTrade = state.hasTrade
    price = state.livePrice
    tradeMillis = state.liveMillis
    firstMillis = state.firstMillis
    lastId = state.lastId
    cvd[0] = state.window.halfHour.cvd
    cvd[1] = state.window.fourHour.cvd
    cvd[2] = state.window.day.cvd
    notional = state.window.halfHour.notional
    quantity = state.window.halfHour.quantity
    tradesHeld24h = state.window.day.count
    atr = state.candles.atr
    atrShare = state.candles.atrShare
    held = state.hold.count
    missing = state.hold.count > 0 ? max(0, state.hold.first().id &- state.lastId &- 1) : 0
    incompleteUntilMillis = state.incompleteUntilMillis
    holeMillis = state.holeMillis
    eventMillis = state.eventMillis
    isSuspect = state.suspectId >= 0
    isRebuilding = state.rebuildAskedMillis != 0
    isDelisted = state.isDelisted
    isHeard = state.upSinceMillis != .max
    largeBuy = state.window.largeBuy
    largeSell = state.window.largeSell
    // Looking for a quantile moves its cursor: a copy's.
    var sizes = state.window.sizes
    p99 = sizes.p99
    acceleration = state.grid.acceleration
  }

  /// Whether a window of this length lacks trades.
  @_noAllocation @_noLocks
  public func isIncomplete(windowMillis: Int64) -> Bool {
    holeMillis != .min && eventMillis < holeMillis + windowMillis
  }

  /// VWAP of 30 min; nil when its window is empty.
  public var vwap30m: Double? { quantity > 0 ? Double(notional) / Double(quantity) / 1e8 : nil }
}

extension Engine {
  /// Symbols that there is room for.
  public var symbolRoom: Int { symbols.count }

  /// A copy of what one symbol looks like now. Engine's thread, between steps.
  @_noAllocation @_noLocks
  public borrowing func view(_ index: Int) -> SymbolView {
    var view = SymbolView(symbols[index])
    var strategy = 0
    while strategy < strategies.count {
      view.scores[strategy] = Score.rounded(slots[index * strategies.count + strategy].lastSum)
      view.directions[strategy] = slots[index * strategies.count + strategy].lastDirection
      strategy &+= 1
    }
    return view
  }

  /// Chunks of the trade pool in use, and in all.
  public borrowing func poolUse() -> (used: Int, total: Int) { (pool.chunksUsed, pool.chunkCount) }
}
