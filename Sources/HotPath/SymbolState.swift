import CRecords
import Memory

/// Whether a symbol's windows follow the live stream.
public enum FeedPhase: UInt8, Sendable, BitwiseCopyable {
  /// Live trades go into the windows as they come.
  case flowing = 0
  /// History is being fetched; live trades are held.
  case backfilling
  /// A hole in the ids is being fetched; live trades are held.
  case gap

  var isFlowing: Bool {
    @_noAllocation @_noLocks
    get { if case .flowing = self { true } else { false } }
  }

  var isBackfilling: Bool {
    @_noAllocation @_noLocks
    get { if case .backfilling = self { true } else { false } }
  }

  var isGap: Bool {
    @_noAllocation @_noLocks
    get { if case .gap = self { true } else { false } }
  }
}

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

  var phase = FeedPhase.flowing
  /// When the present hole was first noticed, engine's clock; meaningful in `.gap`.
  var gapSinceMillis: Int64 = 0
  var gapAskedMillis: Int64 = 0

  init(window: TradeWindow, book: IndicatorBook, hold: HoldQueue, limits: InstrumentLimits, name: NameRange) {
    self.window = window
    self.book = book
    self.hold = hold
    self.limits = limits
    self.name = name
  }
}

/// Live trades of one symbol that wait for what comes before them, in id order.
struct HoldQueue: BitwiseCopyable {
  private let records: Slab<apus_record>
  private let base: Int
  private let mask: Int
  private var head = 0
  private(set) var count = 0
  /// Trades that found it full; they come again through a gap request.
  private(set) var overflowed: Int64 = 0

  init(_ records: Slab<apus_record>, base: Int, capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a queue's capacity is a power of two")
    self.records = records
    self.base = base
    mask = capacity - 1
  }

  /// Frees the slab that all queues share.
  func deallocateShared() { records.deallocate() }

  @_noAllocation @_noLocks
  mutating func push(_ record: apus_record) {
    if count > mask {
      overflowed &+= 1
      return
    }
    records[base &+ ((head &+ count) & mask)] = record
    count &+= 1
  }

  @_noAllocation @_noLocks
  func first() -> apus_record { records[base &+ head] }

  @_noAllocation @_noLocks
  func lastId() -> Int64 { count == 0 ? .min : records[base &+ ((head &+ count &- 1) & mask)].id }

  @_noAllocation @_noLocks
  mutating func pop() {
    head = (head &+ 1) & mask
    count &-= 1
  }
}

/// What the engine keeps of one strategy in one symbol.
struct StrategySlot: BitwiseCopyable {
  var cooldownLongMillis: Int64 = .min
  var cooldownShortMillis: Int64 = .min
  var liquidations = LiquidationCache()
  var position = PaperPosition()
  /// Of the last evaluation, for whoever watches.
  var lastScore = 0.0
  var lastDirection: Int8 = 0
}
