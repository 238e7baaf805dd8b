/// One window's exact sums and its place in the chain of trades: the oldest trade it still holds.
///
/// Buys and sells are kept as their difference and their sum: which side a trade took is a coin toss that a processor
/// cannot predict, and a branch on it, for each of three windows, coming and going, measured a fifth of a trade's cost.
struct WindowCursor: BitwiseCopyable {
  /// `sum of buys - sum of sells`, units of 1e-8.
  private(set) var cvd: Int128 = 0
  /// `sum of buys + sum of sells`.
  private(set) var quantity: Int128 = 0
  /// Sum of price * quantity, units of 1e-16. Wraps instead of trapping beyond 2^127 (1.7e22 USD): what was added
  /// wrapped is subtracted wrapped, so an absurd trade is gone without a trace once it has left.
  private(set) var notional: Int128 = 0
  private(set) var count: Int64 = 0
  /// T of the oldest trade held; `.max` when the window is empty.
  private(set) var oldestMillis: Int64 = .max
  /// Of the oldest trade, and the end of its chunk.
  private(set) var place = 0
  private(set) var chunkEnd = 0
  private(set) var chunk: UInt32

  @_noAllocation @_noLocks
  init() { chunk = TradePool.none }

  var buy: Int128 { (quantity + cvd) / 2 }
  var sell: Int128 { (quantity - cvd) / 2 }

  /// Takes in the trade just written at `place` of `chunk`.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(
    timeMillis: Int64, signed: Int64, quantity: Int64, notional: Int128, chunk: UInt32, place: Int, chunkEnd: Int
  ) {
    if count == 0 {
      oldestMillis = timeMillis
      self.chunk = chunk
      self.place = place
      self.chunkEnd = chunkEnd
    }
    count &+= 1
    cvd &+= Int128(signed)
    self.quantity &+= Int128(quantity)
    self.notional &+= notional
  }

  /// Lets the oldest trade go and gives its signed quantity.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func dropOldest(_ pool: TradePool) -> Int64 {
    let signed = pool.quantity(place)
    let sign = signed >> 63
    let quantity = (signed ^ sign) &- sign
    count &-= 1
    cvd &-= Int128(signed)
    self.quantity &-= Int128(quantity)
    notional &-= Int128(pool.price(place)) &* Int128(quantity)
    place &+= 1
    if place == chunkEnd {
      if count > 0 { enter(pool.next(chunk), pool) }
    }
    oldestMillis = count == 0 ? .max : pool.time(place) >> 1
    return signed
  }

  /// Lets go of the oldest trades of the present chunk that have `T <= limit`, as long as blocks of them do; the caller
  /// goes on with `dropOldest`. For cursors that nobody asks what left. After a silence, three quarters of the time of one
  /// by one; for a trade or two the block's loop would cost more than it saves.
  @_noAllocation @_noLocks
  mutating func dropBlocks(through limit: Int64, _ pool: TradePool) {
    // With a block's worth of trades held, those of this chunk from `place` on have been written.
    while hasBlock {
      if pool.time(place &+ Self.block &- 1) >> 1 > limit { return }
      var net: Int128 = 0
      var gross: Int128 = 0
      var usd: Int128 = 0
      var at = place
      let end = at &+ Self.block
      while at < end {
        let signed = pool.quantity(at)
        let sign = signed >> 63
        let quantity = (signed ^ sign) &- sign
        net &+= Int128(signed)
        gross &+= Int128(quantity)
        usd &+= Int128(pool.price(at)) &* Int128(quantity)
        at &+= 1
      }
      count &-= Int64(Self.block)
      cvd &-= net
      quantity &-= gross
      notional &-= usd
      place = end
      // Inside its chunk there is a next one, held or not yet written; `count` tells.
      oldestMillis = count == 0 ? .max : pool.time(place) >> 1
    }
  }

  /// Whether a whole block and one trade more may lie in the present chunk.
  var hasBlock: Bool {
    @_noAllocation @_noLocks
    get { chunkEnd &- place > Self.block ? count >= Int64(Self.block) : false }
  }

  static var block: Int {
    @_noAllocation @_noLocks
    get { 16 }
  }

  @_noAllocation @_noLocks
  private mutating func enter(_ next: UInt32, _ pool: TradePool) {
    chunk = next
    place = pool.first(of: next)
    chunkEnd = place &+ TradePool.chunkTrades
  }
}
