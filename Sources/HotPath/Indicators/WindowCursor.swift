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

  /// Lets go of the oldest trades of the present chunk that have `T <= limit`, in whole blocks or to the chunk's end, and
  /// gives how many; the caller, who saw with `hasBlock(through:come:_:)` that there is one, goes on with `dropOldest`.
  /// After a silence it takes a fraction of the time of one by one (`tools/bench`, window.evict).
  @_noAllocation @_noLocks
  @inline(never)
  mutating func dropBlocks(through limit: Int64, come: Int64, _ pool: TradePool) -> Int {
    let first = place
    place = endOfBlocks(through: limit, come: come, pool)
    let trades = (place &- first) / TradePool.stride
    pool.sum(first, trades, into: &left)
    if left.count == come {
      oldestMillis = .max
      return trades
    }
    if place == chunkEnd { enter(pool.next(chunk), pool) }
    oldestMillis = pool.time(place) >> 1
    return trades
  }

  /// Where the run of trades ends that `dropBlocks` lets go. T never goes back along the chain: a block's last tells of all.
  @_noAllocation @_noLocks
  private func endOfBlocks(through limit: Int64, come: Int64, _ pool: TradePool) -> Int {
    var heldEnd = place &+ Int(come &- left.count) &* TradePool.stride
    if heldEnd > chunkEnd { heldEnd = chunkEnd }
    // Block by block and not the chunk's end first: that is a line, mostly a page, which nobody has touched for hours.
    let block = Self.block &* TradePool.stride
    var end = place &+ block
    while end &+ block <= heldEnd {
      if pool.time(end &+ block &- TradePool.stride) >> 1 > limit { return end }
      end &+= block
    }
    if pool.time(heldEnd &- TradePool.stride) >> 1 <= limit { return heldEnd }
    return end
  }

  /// Whether a whole block of held trades lies in the present chunk and is out of its window.
  @_noAllocation @_noLocks
  @inline(__always)
  func hasBlock(through limit: Int64, come: Int64, _ pool: TradePool) -> Bool {
    if chunkEnd &- place < Self.block &* TradePool.stride { return false }
    if come &- left.count < Int64(Self.block) { return false }
    return pool.time(place &+ (Self.block &- 1) &* TradePool.stride) >> 1 <= limit
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
