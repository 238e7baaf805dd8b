import Domain

/// A position followed on paper, from its signal to its last exit.
///
/// Distances are frozen at the signal, levels anchored at the fill. Quantities are exact units of 1e-8; prices and USD
/// are doubles. Fees are taken of each fill's notional; paper ignores funding.
public struct PaperPosition: BitwiseCopyable, Sendable {
  public enum State: UInt8, Sendable, BitwiseCopyable {
    case none = 0
    /// Signal accepted, waiting for a trade to fill at.
    case pending
    case open
    case closed
  }

  /// What a trade did to the position, as bits.
  public enum Change {
    @inlinable public static var takeProfit1: UInt8 { 1 }
    @inlinable public static var closed: UInt8 { 2 }
  }

  public var state = State.none
  public var id = SignalId()
  public var symbol: UInt32 = 0
  public var strategy: UInt32 = 0
  /// Position of its entry among all entries of the run, from 0.
  public var entryNumber: Int64 = 0
  /// +1 long, -1 short.
  public var direction: Int8 = 0
  public var signalMillis: Int64 = 0
  public var signalAggId: Int64 = 0
  public var stopDistance = 0.0
  public var takeProfit1Distance = 0.0
  public var takeProfit2Distance = 0.0
  public var holdCloseMillis: Int64 = 0
  /// Units of 1e-8 at entry, of the half that TP1 closes, and still held.
  public var quantity: Int64 = 0
  public var takeProfit1Quantity: Int64 = 0
  public var remaining: Int64 = 0
  public var entryMillis: Int64 = 0
  public var entryPrice = 0.0
  public var initialStop = 0.0
  public var stop = 0.0
  public var takeProfit1 = 0.0
  public var takeProfit2 = 0.0
  public var isStopMoved = false
  public var isTakeProfit1Done = false
  public var exitMillis: Int64 = 0
  public var exitReason = ExitReason.open
  /// Sum of exit price * quantity, USD.
  public var exitNotionalUsd = 0.0
  public var grossUsd = 0.0
  public var feesUsd = 0.0
  /// Stop distance * quantity at entry.
  public var riskUsd = 0.0

  @_noAllocation @_noLocks
  init() {}

  var isPending: Bool {
    @_noAllocation @_noLocks
    get { if case .pending = state { true } else { false } }
  }

  var isOpen: Bool {
    @_noAllocation @_noLocks
    get { if case .open = state { true } else { false } }
  }

  var isPendingOrOpen: Bool {
    @_noAllocation @_noLocks
    get { isPending || isOpen }
  }

  public var netUsd: Double { grossUsd - feesUsd }
  public var netR: Double { netUsd / riskUsd }
  public var grossR: Double { grossUsd / riskUsd }
  /// Mean of the exits, weighted by quantity.
  public var exitPrice: Double { exitNotionalUsd / (Double(quantity) / 1e8) }

  /// Fills the pending entry at a trade's price plus slippage.
  @_noAllocation @_noLocks
  mutating func enter(timeMillis: Int64, price: Double, costs: borrowing PaperCosts, tick: Int64, number: Int64) {
    let d = Double(direction)
    state = .open
    entryNumber = number
    entryMillis = timeMillis
    entryPrice = price * (1 + d * costs.slippage)
    initialStop = onTick(entryPrice - d * stopDistance, tick)
    stop = initialStop
    takeProfit1 = onTick(entryPrice + d * takeProfit1Distance, tick)
    takeProfit2 = onTick(entryPrice + d * takeProfit2Distance, tick)
    remaining = quantity
    riskUsd = stopDistance * Self.coins(quantity)
    feesUsd = entryPrice * Self.coins(quantity) * costs.takerFee
  }

  /// Runs the resting exits and the holding limit against one trade after the entry's; gives bits of `Change`.
  ///
  /// In this order: stop (at or through: at the trade's price less slippage, taker), TP1 then TP2 (beyond: at the
  /// level, maker), holding limit (at the trade's price less slippage, taker). A stop moved by this trade counts from
  /// the next.
  @_noAllocation @_noLocks
  mutating func onTrade(timeMillis: Int64, price: Double, costs: borrowing PaperCosts) -> UInt8 {
    let d = Double(direction)
    var change: UInt8 = 0
    if d * (price - stop) <= 0 {
      exit(price * (1 - d * costs.slippage), remaining, costs.takerFee, timeMillis)
      return close(isStopMoved ? .breakeven : .stop)
    }
    if !isTakeProfit1Done, d * (price - takeProfit1) > 0 {
      isTakeProfit1Done = true
      // Half may round down to nothing: then TP2 closes all and the stop stays.
      if takeProfit1Quantity > 0 {
        exit(takeProfit1, takeProfit1Quantity, costs.makerFee, timeMillis)
        stop = entryPrice
        isStopMoved = true
        change |= 1
      }
    }
    if d * (price - takeProfit2) > 0 {
      exit(takeProfit2, remaining, costs.makerFee, timeMillis)
      return change | close(.takeProfit2)
    }
    if timeMillis >= entryMillis &+ holdCloseMillis {
      exit(price * (1 - d * costs.slippage), remaining, costs.takerFee, timeMillis)
      return change | close(.timeout)
    }
    return change
  }

  /// Ends an open position at a price, less slippage, as a taker.
  @_noAllocation @_noLocks
  mutating func end(timeMillis: Int64, price: Double, costs: borrowing PaperCosts, reason: ExitReason) {
    exit(price * (1 - Double(direction) * costs.slippage), remaining, costs.takerFee, timeMillis)
    _ = close(reason)
  }

  /// The stop goes to the tick away from the entry, targets toward it: for a long all down, for a short all up.
  /// A tick of 0 is unknown: levels stay as computed. So do levels outside Int64: prices may lie at its end.
  @_noAllocation @_noLocks
  private func onTick(_ price: Double, _ tick: Int64) -> Double {
    if tick == 0 { return price }
    // Half a unit of 1e-8 forgives the double's error, so that a level that is on its tick stays there.
    let exact = price * 1e8 + 0.5
    if !(exact > -9e18 && exact < 9e18) { return price }
    let units = Int64(exact)
    let down = units / tick &* tick
    let level = direction > 0 || down == units ? down : down &+ tick
    return Double(level) / 1e8
  }

  @_noAllocation @_noLocks
  private mutating func exit(_ price: Double, _ units: Int64, _ fee: Double, _ timeMillis: Int64) {
    let coins = Self.coins(units)
    remaining &-= units
    exitMillis = timeMillis
    exitNotionalUsd += price * coins
    grossUsd += Double(direction) * (price - entryPrice) * coins
    feesUsd += price * coins * fee
  }

  @_noAllocation @_noLocks
  private mutating func close(_ reason: ExitReason) -> UInt8 {
    state = .closed
    exitReason = reason
    return 2
  }

  @_noAllocation @_noLocks
  private static func coins(_ units: Int64) -> Double { Double(units) / 1e8 }
}
