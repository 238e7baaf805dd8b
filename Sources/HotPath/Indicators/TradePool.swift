import Memory

/// All trades of all windows, in chunks of columns from one reserve decided at start: 24 bytes a trade.
///
///   times       T << 1 | large
///   prices      1e-8
///   quantities  1e-8, negative when the aggressor sold
///
/// Columns and not structs, so that a block of evictions is a plain loop over three arrays. A symbol's trades are a
/// chain of chunks; chunks return to a free list when the longest window has left them. Engine's thread only.
struct TradePool: BitwiseCopyable {
  static var chunkTrades: Int {
    @_noAllocation @_noLocks
    get { 256 }
  }
  /// No chunk.
  static var none: UInt32 {
    @_noAllocation @_noLocks
    get { .max }
  }

  private struct Reserve: BitwiseCopyable {
    var freeHead: UInt32
    var untouched: UInt32
    var chunksUsed: UInt32
  }

  let times: Slab<Int64>
  let prices: Slab<Int64>
  let quantities: Slab<Int64>
  private let links: Slab<UInt32>
  private let reserve: Slab<Reserve>

  /// Reserves address space for `trades`, rounded up to chunks; pages are touched as trades arrive.
  init(trades: Int) {
    let chunks = max(1, (trades + Self.chunkTrades - 1) / Self.chunkTrades)
    precondition(chunks < Int(UInt32.max), "a pool holds at most 2^40 trades")
    times = Slab(zeroed: chunks * Self.chunkTrades)
    prices = Slab(zeroed: chunks * Self.chunkTrades)
    quantities = Slab(zeroed: chunks * Self.chunkTrades)
    links = Slab(zeroed: chunks)
    reserve = Slab(count: 1, repeating: Reserve(freeHead: Self.none, untouched: 0, chunksUsed: 0))
  }

  /// Chunks in use, and in all.
  var chunksUsed: Int {
    @_noAllocation @_noLocks
    get { Int(reserve[0].chunksUsed) }
  }
  var chunkCount: Int { links.count }

  /// A chunk to write to, or `none` when the reserve is used up.
  @_noAllocation @_noLocks
  func take() -> UInt32 {
    var chunk = reserve[0].freeHead
    if chunk != Self.none {
      reserve[0].freeHead = links[Int(chunk)]
    } else {
      chunk = reserve[0].untouched
      if Int(chunk) >= links.count { return Self.none }
      reserve[0].untouched = chunk &+ 1
    }
    reserve[0].chunksUsed &+= 1
    links[Int(chunk)] = Self.none
    return chunk
  }

  @_noAllocation @_noLocks
  func giveBack(_ chunk: UInt32) {
    links[Int(chunk)] = reserve[0].freeHead
    reserve[0].freeHead = chunk
    reserve[0].chunksUsed &-= 1
  }

  @_noAllocation @_noLocks
  func next(_ chunk: UInt32) -> UInt32 { links[Int(chunk)] }

  @_noAllocation @_noLocks
  func link(_ chunk: UInt32, to next: UInt32) { links[Int(chunk)] = next }

  func deallocate() {
    times.deallocate()
    prices.deallocate()
    quantities.deallocate()
    links.deallocate()
    reserve.deallocate()
  }
}
