/// A symbol's rolling windows over 30 min, 4 h and 24 h, its size quantiles and its large flow.
///
/// At event time t a window holds the trades with t - W < T <= t. Sums are exact integers: after any number of trades
/// they equal the sums recomputed, bit for bit. Amortised cost of a trade: one append, three evictions.
public struct TradeWindow: BitwiseCopyable {
  static var halfHourMillis: Int64 { 1_800_000 }
  public static var fourHourMillis: Int64 {
    @_noAllocation @_noLocks
    get { 14_400_000 }
  }
  static var dayMillis: Int64 { 86_400_000 }
  /// Below this many trades in 24 h nothing is large.
  static var minimumForLarge: Int64 { 1000 }

  private(set) var halfHour: WindowCursor
  private(set) var fourHour: WindowCursor
  private(set) var day: WindowCursor
  private(set) var sizes: SizeHistogram
  /// Quantities of the large trades of 30 min, by aggressor, units of 1e-8.
  private(set) var largeBuy: Int128 = 0
  private(set) var largeSell: Int128 = 0
  private var tailChunk: UInt32
  private var tailCount: Int

  init(sizes: SizeHistogram) {
    halfHour = WindowCursor()
    fourHour = WindowCursor()
    day = WindowCursor()
    self.sizes = sizes
    tailChunk = TradePool.none
    tailCount = TradePool.chunkTrades
  }

  /// Lets go of every trade that is out of its window at `t`.
  @_noAllocation @_noLocks
  mutating func advance(to t: Int64, pool: TradePool) {
    while halfHour.oldestMillis <= t &- Self.halfHourMillis { dropFromHalfHour(pool) }
    while fourHour.oldestMillis <= t &- Self.fourHourMillis {
      let at = Int(fourHour.chunk) &* TradePool.chunkTrades &+ fourHour.offset
      fourHour.dropOldest(price: pool.prices[at], signed: pool.quantities[at], pool: pool)
    }
    while day.oldestMillis <= t &- Self.dayMillis { dropFromDay(pool) }
  }

  /// Adds a trade at `timeMillis`, to which the windows have been advanced. False when the pool is used up: the trade
  /// is then in no window.
  @_noAllocation @_noLocks
  mutating func add(timeMillis: Int64, price: Int64, quantity: Int64, isSell: Bool, pool: TradePool) -> Bool {
    if tailCount == TradePool.chunkTrades {
      let chunk = pool.take()
      if chunk == TradePool.none { return false }
      if tailChunk != TradePool.none { pool.link(tailChunk, to: chunk) }
      tailChunk = chunk
      tailCount = 0
    }
    let bucket = SizeHistogram.bucket(quantity)
    // Judged once, before the trade itself counts.
    var isLarge = false
    if day.count >= Self.minimumForLarge { isLarge = SizeHistogram.value(bucket) >= sizes.p99 }
    let signed = isSell ? 0 &- quantity : quantity
    let at = Int(tailChunk) &* TradePool.chunkTrades &+ tailCount
    pool.times[at] = timeMillis << 1 | (isLarge ? 1 : 0)
    pool.prices[at] = price
    pool.quantities[at] = signed
    halfHour.add(timeMillis: timeMillis, price: price, signed: signed, chunk: tailChunk, offset: tailCount)
    fourHour.add(timeMillis: timeMillis, price: price, signed: signed, chunk: tailChunk, offset: tailCount)
    day.add(timeMillis: timeMillis, price: price, signed: signed, chunk: tailChunk, offset: tailCount)
    sizes.add(bucket)
    if isLarge {
      if isSell { largeSell &+= Int128(quantity) } else { largeBuy &+= Int128(quantity) }
    }
    tailCount &+= 1
    return true
  }

  @_noAllocation @_noLocks
  private mutating func dropFromHalfHour(_ pool: TradePool) {
    let at = Int(halfHour.chunk) &* TradePool.chunkTrades &+ halfHour.offset
    let signed = pool.quantities[at]
    if pool.times[at] & 1 == 1 {
      if signed < 0 { largeSell &+= Int128(signed) } else { largeBuy &-= Int128(signed) }
    }
    halfHour.dropOldest(price: pool.prices[at], signed: signed, pool: pool)
  }

  @_noAllocation @_noLocks
  private mutating func dropFromDay(_ pool: TradePool) {
    let at = Int(day.chunk) &* TradePool.chunkTrades &+ day.offset
    let signed = pool.quantities[at]
    let left = day.chunk
    sizes.remove(SizeHistogram.bucket(signed < 0 ? 0 &- signed : signed))
    day.dropOldest(price: pool.prices[at], signed: signed, pool: pool)
    if day.count == 0 {
      // The shorter windows emptied before: no cursor points into the chain, which is one chunk by now.
      pool.giveBack(left)
      tailChunk = TradePool.none
      tailCount = TradePool.chunkTrades
    } else if day.chunk != left {
      pool.giveBack(left)
    }
  }
}
