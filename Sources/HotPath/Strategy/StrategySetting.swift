import Domain
import Memory

/// A strategy as the hot path holds it: plain values, no references.
struct StrategySetting: BitwiseCopyable {
  static var maximumSignals: Int { 16 }
  /// Room for a strategy's signals in their slab: all of them, then those of trades once more.
  static var signalRoom: Int { 2 * maximumSignals }

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
  /// Of these, how many look at trades and are computed after each.
  private var tradeSignalCount: Int
  /// Signals of all strategies; ours are the `signalCount` from `firstSignal` on. In a slab and not in line: a strategy is
  /// handed around by value, and with its signals it would be a copy of 1.4 kB for each evaluation.
  private let signals: Slab<SignalSetting>
  private let firstSignal: Int

  /// Signals of weight 0 are left out: they are not weighed, so they are never missing. `signals` has room for
  /// `signalRoom` from `firstSignal` on.
  init(_ config: StrategyConfig, signals: Slab<SignalSetting>, firstSignal: Int) {
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
    tradeSignalCount = 0
    let weighed = config.signals.filter { $0.weight > 0 }
    precondition(weighed.count <= Self.maximumSignals, "a strategy weighs at most 16 signals")
    for signal in weighed {
      guard let kind = SignalCatalog.kind(named: signal.name) else {
        preconditionFailure("a strategy's signals come from the catalog")
      }
      var setting = SignalSetting(kind: kind, weight: signal.weight, parameters: signal.parameters)
      setting.place = signalCount
      signals[firstSignal + signalCount] = setting
      signalCount += 1
      if !setting.isOfBook {
        signals[firstSignal + Self.maximumSignals + tradeSignalCount] = setting
        tradeSignalCount += 1
      }
    }
  }

  @_noAllocation @_noLocks
  func signal(_ index: Int) -> SignalSetting { signals[firstSignal &+ index] }

  /// The score's sum: what trades say is computed and put into `parts`, where what the book says stands already; then all
  /// are added up in the table's order.
  @_noAllocation @_noLocks
  @inline(__always)
  func sum(_ input: borrowing ScoreInput, _ parts: inout InlineArray<16, Double>) -> Double {
    var index = firstSignal &+ Self.maximumSignals
    let end = index &+ tradeSignalCount
    while index < end {
      // SAFETY: `init` has put `tradeSignalCount` signals here, each with a place below `maximumSignals`.
      let place = unsafe signals[unchecked: index].place
      unsafe parts[unchecked: place] =
        signals[unchecked: index].weight * SignalCatalog.tradeValue(signals[unchecked: index], input)
      index &+= 1
    }
    var sum = 0.0
    var place = 0
    while place < signalCount {
      // SAFETY: at most `maximumSignals` signals.
      sum += unsafe parts[unchecked: place]
      place &+= 1
    }
    return sum
  }
}
