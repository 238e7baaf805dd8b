import Domain
import Memory

/// A strategy as the hot path holds it: plain values, no references.
struct StrategySetting: BitwiseCopyable {
  static var maximumSignals: Int { 16 }
  /// Room for a strategy's signals in their slab: all of them; the leading ones by kind, of weight 0 where they are not
  /// weighed; the trailing ones.
  static var signalRoom: Int { leadingAt + SignalCatalog.leadingCount + maximumSignals }
  private static var leadingAt: Int {
    @_noAllocation @_noLocks
    get { 16 }
  }
  private static var trailingAt: Int {
    @_noAllocation @_noLocks
    get { leadingAt &+ SignalCatalog.leadingCount }
  }

  var threshold: Double
  var stopLossAtr: Double
  var takeProfit1Atr: Double
  var takeProfit2Atr: Double
  var cooldownMillis: Int64
  var warmUpMillis: Int64
  var holdCloseMillis: Int64
  /// NaN: no such rule.
  var maxCostR: Double
  private(set) var signalCount: Int
  /// Of these, how many look at trades and lead the table: they have fixed places, so that no loop and no table of jumps
  /// stands between them. What looks at trades but comes behind the book's signals is computed in a loop.
  private var leadingCount: Int
  private var trailingCount: Int
  /// Signals of all strategies; ours are the `signalCount` from `firstSignal` on. In a slab and not in line: a strategy is
  /// handed around by value, and with its signals it would be a copy of 1.4 kB for each evaluation.
  private let signals: Slab<SignalSetting>
  private let firstSignal: Int

  /// Signals of weight 0 are left out: they are not weighed, so they are never missing. `signals` has room for
  /// `signalRoom` from `firstSignal` on. Tests give another `leading` than the catalog's, so that signals of today trail.
  init(
    _ config: StrategyConfig, signals: Slab<SignalSetting>, firstSignal: Int, leading: Int = SignalCatalog.leadingCount
  ) {
    precondition(leading <= SignalCatalog.leadingCount, "places for the leading signals are the catalog's")
    self.signals = signals
    self.firstSignal = firstSignal
    threshold = config.threshold
    stopLossAtr = config.stopLossAtr
    takeProfit1Atr = config.takeProfit1Atr
    takeProfit2Atr = config.takeProfit2Atr
    cooldownMillis = config.cooldownMillis
    warmUpMillis = config.warmUpMillis
    holdCloseMillis = config.holdCloseMillis
    maxCostR = config.maxCostR ?? .nan
    signalCount = 0
    leadingCount = 0
    trailingCount = 0
    let weighed = config.signals.filter { $0.weight > 0 }
    precondition(weighed.count <= Self.maximumSignals, "a strategy weighs at most 16 signals")
    for signal in weighed {
      guard let kind = SignalCatalog.kind(named: signal.name) else {
        preconditionFailure("a strategy's signals come from the catalog")
      }
      var setting = SignalSetting(kind: kind, weight: signal.weight, parameters: signal.parameters)
      setting.place = signalCount
      // `sum` adds the leading ones first, then by place: the order of summation is the table's only if places are.
      precondition(
        signalCount == 0 || signals[firstSignal + signalCount - 1].kindIndex < setting.kindIndex,
        "a strategy's signals come in the catalog's order, each once")
      signals[firstSignal + signalCount] = setting
      signalCount += 1
      if setting.kindIndex < leading {
        precondition(!setting.isOfBook, "the signals that lead the table look at trades")
        signals[firstSignal + Self.leadingAt + setting.kindIndex] = setting
        leadingCount += 1
      } else if !setting.isOfBook {
        signals[firstSignal + Self.trailingAt + trailingCount] = setting
        trailingCount += 1
      }
    }
  }

  @_noAllocation @_noLocks
  func signal(_ index: Int) -> SignalSetting { signals[firstSignal &+ index] }

  /// The sum of `Score`, to the bit, without telling the parts and what is missing: what a trade that fires nothing needs,
  /// at a quarter of the whole score's instructions. For an input with a direction. What the book says stands in `parts`;
  /// what trades say is computed; all are added up in the table's order.
  @_noAllocation @_noLocks
  @inline(__always)
  func sum(_ input: borrowing ScoreInput, _ parts: inout InlineArray<16, Double>) -> Double {
    if trailingCount > 0 { computeTrailing(input, &parts) }
    // SAFETY: `init` was given room for `signalRoom` signals from `firstSignal` on.
    var sum = unsafe SignalCatalog.leadingSum(signals.address(unchecked: firstSignal &+ Self.leadingAt), input)
    var place = leadingCount
    while place < signalCount {
      // SAFETY: at most `maximumSignals` signals.
      sum += unsafe parts[unchecked: place]
      place &+= 1
    }
    return sum
  }

  /// Signals that look at trades, behind those of the book.
  @_noAllocation @_noLocks
  @inline(never)
  private func computeTrailing(_ input: borrowing ScoreInput, _ parts: inout InlineArray<16, Double>) {
    var index = firstSignal &+ Self.trailingAt
    let end = index &+ trailingCount
    while index < end {
      parts[signals[index].place] = signals[index].weight * SignalCatalog.tradeValue(signals[index], input)
      index &+= 1
    }
  }
}
