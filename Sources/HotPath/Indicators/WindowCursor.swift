/// One window's exact sums and its place in the chain of trades: the oldest trade it still holds.
struct WindowCursor: BitwiseCopyable {
  /// Units of 1e-8.
  private(set) var buy: Int128 = 0
  private(set) var sell: Int128 = 0
  /// Sum of price * quantity, units of 1e-16. Wraps instead of trapping beyond 2^127 (1.7e22 USD): what was added
  /// wrapped is subtracted wrapped, so an absurd trade is gone without a trace once it has left.
  private(set) var notional: Int128 = 0
  private(set) var count: Int64 = 0
  /// T of the oldest trade held; `.max` when the window is empty.
  private(set) var oldestMillis: Int64 = .max
  private(set) var chunk: UInt32
  private(set) var offset: Int

  @_noAllocation @_noLocks
  init() {
    chunk = TradePool.none
    offset = 0
  }

  /// `sum of buys - sum of sells`.
  var cvd: Int128 {
    @_noAllocation @_noLocks
    get { buy &- sell }
  }

  var quantity: Int128 {
    @_noAllocation @_noLocks
    get { buy &+ sell }
  }

  /// Takes in the trade just written at `chunk`, `offset`; `signed` is negative for a sell.
  @_noAllocation @_noLocks
  mutating func add(timeMillis: Int64, price: Int64, signed: Int64, chunk: UInt32, offset: Int) {
    if count == 0 {
      oldestMillis = timeMillis
      self.chunk = chunk
      self.offset = offset
    }
    count &+= 1
    if signed < 0 { sell &-= Int128(signed) } else { buy &+= Int128(signed) }
    notional &+= Int128(price) &* Int128(signed < 0 ? 0 &- signed : signed)
  }

  /// Lets the oldest trade go. The caller has read it.
  @_noAllocation @_noLocks
  mutating func dropOldest(price: Int64, signed: Int64, pool: TradePool) {
    count &-= 1
    if signed < 0 { sell &+= Int128(signed) } else { buy &-= Int128(signed) }
    notional &-= Int128(price) &* Int128(signed < 0 ? 0 &- signed : signed)
    if count == 0 {
      oldestMillis = .max
      return
    }
    offset &+= 1
    if offset == TradePool.chunkTrades {
      chunk = pool.next(chunk)
      offset = 0
    }
    oldestMillis = pool.times[Int(chunk) &* TradePool.chunkTrades &+ offset] >> 1
  }
}
