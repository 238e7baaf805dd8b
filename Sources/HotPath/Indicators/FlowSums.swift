import CTradeSums

/// Exact sums over a run of trades.
///
/// Buys and sells are kept as their difference and their sum: which side a trade took is a coin toss that a processor
/// cannot predict. The sign's branch alone cost 2 of 14 ns (`tools/bench`, window.trade); here there would be one for each
/// of three windows, coming and going.
struct FlowSums: BitwiseCopyable {
  /// `sum of buys - sum of sells`, units of 1e-8.
  var cvd: Int128 = 0
  /// `sum of buys + sum of sells`.
  var quantity: Int128 = 0
  /// Sum of price * quantity, units of 1e-16. Wraps instead of trapping beyond 2^127 (1.7e22 USD): what was added
  /// wrapped is subtracted wrapped, so an absurd trade is gone without a trace once it has left.
  var notional: Int128 = 0
  var count: Int64 = 0

  @_noAllocation @_noLocks
  init() {}

  var buy: Int128 {
    @_noAllocation @_noLocks
    get { (quantity &+ cvd) / 2 }
  }

  var sell: Int128 {
    @_noAllocation @_noLocks
    get { (quantity &- cvd) / 2 }
  }

  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(price: Int64, signed: Int64, quantity: Int64) {
    cvd &+= Int128(signed)
    self.quantity &+= Int128(quantity)
    notional &+= Int128(price) &* Int128(quantity)
    count &+= 1
  }

  /// Adds the exact sums of so many trades.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(_ block: apus_trade_sums, trades: Int64) {
    cvd &+= Int128(block.cvd)
    quantity &+= Int128(block.quantity)
    let notional = Int128(Int64(bitPattern: block.notional_high)) << 64 | Int128(block.notional_low)
    self.notional &+= notional
    count &+= trades
  }

  @_noAllocation @_noLocks
  @inline(__always)
  func less(_ other: borrowing FlowSums) -> FlowSums {
    var rest = FlowSums()
    rest.cvd = cvd &- other.cvd
    rest.quantity = quantity &- other.quantity
    rest.notional = notional &- other.notional
    rest.count = count &- other.count
    return rest
  }
}
