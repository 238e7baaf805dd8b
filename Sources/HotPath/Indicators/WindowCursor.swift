/// Where one window begins in the chain of trades, and the sums of all that has left it.
///
/// What a window holds is what has come less what has left: a new trade is added once, not to each of three windows.
/// Wrapping sums make that exact, however long the run.
struct WindowCursor: BitwiseCopyable {
  private(set) var left = FlowSums()
  /// T of the oldest trade held; `.max` when the window is empty.
  private(set) var oldestMillis: Int64 = .max
  /// Of the oldest trade, and the end of its chunk.
  private(set) var place = 0
  private(set) var chunkEnd = 0
  private(set) var chunk: UInt32

  @_noAllocation @_noLocks
  init() { chunk = TradePool.none }

  /// An empty window begins at the trade just written.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func beginIfEmpty(timeMillis: Int64, chunk: UInt32, place: Int, chunkEnd: Int) {
    if oldestMillis != .max { return }
    oldestMillis = timeMillis
    self.chunk = chunk
    self.place = place
    self.chunkEnd = chunkEnd
  }

  /// Lets the oldest trade go and gives its signed quantity; `come` are the trades ever added.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func dropOldest(come: Int64, _ pool: TradePool) -> Int64 {
    let signed = pool.quantity(place)
    let sign = signed >> 63
    left.add(price: pool.price(place), signed: signed, quantity: (signed ^ sign) &- sign)
    place &+= TradePool.stride
    if left.count == come {
      oldestMillis = .max
      return signed
    }
    if place == chunkEnd { enter(pool.next(chunk), pool) }
    oldestMillis = pool.time(place) >> 1
    return signed
  }

  /// Lets go of the oldest trades of the present chunk that have `T <= limit`, a block at a time, as long as whole blocks do;
  /// the caller goes on with `dropOldest`. For cursors that nobody asks what left. After a silence it takes a fraction of
  /// the time of one by one (`tools/bench`, window.evict).
  @_noAllocation @_noLocks
  @inline(never)
  mutating func dropBlocks(through limit: Int64, come: Int64, _ pool: TradePool) {
    while hasBlock(come: come) {
      if pool.time(place &+ (Self.block &- 1) &* TradePool.stride) >> 1 > limit { return }
      var sums = left
      let end = place &+ Self.block &* TradePool.stride
      while place < end {
        let signed = pool.quantity(place)
        let sign = signed >> 63
        sums.add(price: pool.price(place), signed: signed, quantity: (signed ^ sign) &- sign)
        place &+= TradePool.stride
      }
      left = sums
      // Inside its chunk there is a next one, held or not yet written.
      oldestMillis = left.count == come ? .max : pool.time(place) >> 1
    }
  }

  /// Whether a whole block of held trades and one place more lie in the present chunk.
  @_noAllocation @_noLocks
  @inline(__always)
  func hasBlock(come: Int64) -> Bool {
    chunkEnd &- place > Self.block &* TradePool.stride ? come &- left.count >= Int64(Self.block) : false
  }

  static var block: Int {
    @_noAllocation @_noLocks
    get { 16 }
  }

  @_noAllocation @_noLocks
  private mutating func enter(_ next: UInt32, _ pool: TradePool) {
    chunk = next
    place = pool.first(of: next)
    chunkEnd = place &+ TradePool.chunkTrades &* TradePool.stride
  }
}
