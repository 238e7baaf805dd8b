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
  /// No entries until this event time: `blockEntries` derives it from what is below.
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
  /// The highest id that exits and pending fills have seen, kept while there are positions only: a trade that comes live after REST
  /// brought it is shown to them once, and a repetition never.
  var exitsId: Int64 = .min
  /// The same when history began anew and forgot the ids; meaningful in `.backfilling`.
  var exitsFloorId: Int64 = .min

  var phase = FeedPhase.flowing
  /// When the present hole was first noticed, engine's clock; meaningful in `.gap`.
  var gapSinceMillis: Int64 = 0
  var gapAskedMillis: Int64 = 0
  /// The id behind the last hole that was counted: a hole is noticed in several places and counted once.
  var countedHoleBefore: Int64 = .min
  /// REST was asked for the past once more when the first live trade was there, or is not to be asked.
  var hasAskedPast = false
  /// When the engine asked for it; 0: no answer is awaited.
  var pastAskedMillis: Int64 = 0
  /// Where the present hole began, for telling that it is filled.
  var gapFromId: Int64 = 0

  // The live stream's state; engine's clock.
  /// Everything published before is in. `.max`: nobody tells, as in a replay.
  var heardMillis: Int64 = .max
  /// Since when the stream is heard; `.max` while it is not.
  var upSinceMillis: Int64 = .max
  /// No trade came since the stream was lost.
  var isInterrupted = false
  /// When REST was last asked whether the stream is right to be silent, or is to be asked again about a doubt.
  var checkedMillis: Int64 = 0
  /// A trade that the answer at hand brought and the stream should have; -1: none.
  var deafId: Int64 = -1

  // What is wrong with the windows.
  /// They have a hole at this event time; `.min`: none.
  var holeMillis: Int64 = .min
  /// Until when the 4 h window, or with a used-up pool the day's, has a hole.
  var holeUntilMillis: Int64 = .min
  /// The last bound that a tick raised event time to: a trade before it counts as late.
  var tickedMillis: Int64 = .min
  /// Ids from here to `lastAggId` lie one by one at the end of the chain of trades.
  var plainFromId: Int64 = .max
  /// An applied trade that came again with other content; -1: none.
  var suspectId: Int64 = -1
  var suspectSinceMillis: Int64 = 0
  /// Price and signed quantity as applied.
  var suspectContent = TradeContent()
  /// REST had trades that ticks had passed by: candles and flow are not those of an undisturbed run.
  var isDistorted = false
  var rebuildAskedMillis: Int64 = 0
  var isDelisted = false

  /// Prices an eighth or more away from the last: so many in a row agree with each other.
  var doubtPrice: Int64 = 0
  var doubtCount: Int64 = 0

  init(window: TradeWindow, book: IndicatorBook, hold: HoldQueue, limits: InstrumentLimits, name: NameRange) {
    self.window = window
    self.book = book
    self.hold = hold
    self.limits = limits
    self.name = name
  }

  /// Moves what was noted of the engine's clock; 0 and `.max` mean that nothing was.
  @_noAllocation @_noLocks
  mutating func moveNow(by millis: Int64) {
    gapSinceMillis &+= millis
    gapAskedMillis &+= millis
    checkedMillis &+= millis
    suspectSinceMillis &+= millis
    if pastAskedMillis != 0 { pastAskedMillis &+= millis }
    if rebuildAskedMillis != 0 { rebuildAskedMillis &+= millis }
    if upSinceMillis != .max { upSinceMillis &+= millis }
  }
}
