/// All that the engine keeps of one symbol.
struct SymbolState: BitwiseCopyable {
  // Order of ids.
  var hasId = false
  var lastId: Int64 = 0

  // Event time.
  var hasTrade = false
  var firstMillis: Int64 = 0
  /// The largest T so far, or the last tick's bound: no trade counts before it.
  var eventMillis: Int64 = .min
  /// Of the last trade in the windows.
  var lastAggId: Int64 = 0
  var lastPrice: Int64 = 0
  /// Of the last trade seen, in the windows or held.
  var livePrice: Int64 = 0
  var liveMillis: Int64 = .min
  /// Windows of 30 min and 4 h have a hole until this event time.
  var incompleteUntilMillis: Int64 = .min

  var window: TradeWindow
  var candles = CandleSeries()
  var grid = FlowGrid()
  var book: IndicatorBook
  var hold: HoldQueue
  var limits: InstrumentLimits
  var name: NameRange

  /// Positions pending or open, over all strategies: mostly none, and then no trade need look.
  var positions = 0

  var phase = FeedPhase.flowing
  /// When the present hole was first noticed, engine's clock; meaningful in `.gap`.
  var gapSinceMillis: Int64 = 0
  var gapAskedMillis: Int64 = 0
  /// The id behind the last hole that was counted: a hole is noticed in several places and counted once.
  var countedHoleBefore: Int64 = .min

  init(window: TradeWindow, book: IndicatorBook, hold: HoldQueue, limits: InstrumentLimits, name: NameRange) {
    self.window = window
    self.book = book
    self.hold = hold
    self.limits = limits
    self.name = name
  }
}
