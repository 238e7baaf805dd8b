import CTradeSums
import Memory

/// All trades of all windows, in chunks from one reserve decided at start: 24 bytes a trade, and 4 a chunk.
///
///   a trade   time        8   T << 1 | large
///             price       8   1e-8
///             quantity    8   1e-8, negative when the aggressor sold
///
/// Trade by trade, not in columns: a cursor's three loads lie in a line or two, which measured 28 ns a trade where columns
/// measured 33; and vectors take three words apart with blends. A symbol's trades are a chain of chunks of 256; chunks return
/// to a free list when the longest window has left them. A place is the index of a trade's time; its price and quantity are
/// the next two words. Engine's thread only.
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

  static var stride: Int {
    @_noAllocation @_noLocks
    get { 3 }
  }
  private static var priceAt: Int {
    @_noAllocation @_noLocks
    get { 1 }
  }
  private static var quantityAt: Int {
    @_noAllocation @_noLocks
    get { 2 }
  }
  static var chunkWords: Int {
    @_noAllocation @_noLocks
    get { 3 &* chunkTrades }
  }

  private let words: Slab<Int64>
  private let links: Slab<UInt32>
  private let reserve: Slab<Reserve>

  /// Reserves address space for `trades`, rounded up to chunks; pages are touched as trades arrive.
  init(trades: Int) {
    let chunks = max(1, (trades + Self.chunkTrades - 1) / Self.chunkTrades)
    precondition(chunks < Int(UInt32.max), "a pool holds at most 2^40 trades")
    words = Slab(zeroed: chunks * Self.chunkWords)
    links = Slab(zeroed: chunks)
    reserve = Slab(count: 1, repeating: Reserve(freeHead: Self.none, untouched: 0, chunksUsed: 0))
  }

  /// Chunks in use, and in all.
  var chunksUsed: Int {
    @_noAllocation @_noLocks
    get { Int(reserve[0].chunksUsed) }
  }
  var chunkCount: Int { links.count }

  /// The place of a chunk's first trade.
  @_noAllocation @_noLocks
  @inline(__always)
  func first(of chunk: UInt32) -> Int { Int(chunk) &* Self.chunkWords }

  /// `T << 1 | large` of the trade at a place.
  @_noAllocation @_noLocks
  @inline(__always)
  func time(_ place: Int) -> Int64 {
    // SAFETY (here and below): a place comes from `first(of:)` of a taken chunk and goes on by less than `chunkTrades`.
    unsafe words[unchecked: place]
  }

  @_noAllocation @_noLocks
  @inline(__always)
  func price(_ place: Int) -> Int64 { unsafe words[unchecked: place &+ Self.priceAt] }

  @_noAllocation @_noLocks
  @inline(__always)
  func quantity(_ place: Int) -> Int64 { unsafe words[unchecked: place &+ Self.quantityAt] }

  /// Adds a run of trades within a chunk to sums. With vectors half of the time (`tools/bench`, window.evict.simd); where a
  /// price or quantity is beyond what their lanes hold, and for what is left over, one by one.
  @_noAllocation @_noLocks
  @inline(__always)
  func sum(_ first: Int, _ trades: Int, into sums: inout FlowSums) {
    var place = first
    let end = first &+ trades &* Self.stride
    let inVectors = trades & ~3
    if inVectors > 0 {
      // SAFETY: the run lies within its chunk, as the caller knows from its chunk's end.
      let block = unsafe apus_sum_trades(words.address(unchecked: first), Int64(inVectors))
      if block.is_exact != 0 {
        sums.add(block, trades: Int64(inVectors))
        place &+= inVectors &* Self.stride
      }
    }
    while place < end {
      let signed = quantity(place)
      let sign = signed >> 63
      sums.add(price: price(place), signed: signed, quantity: (signed ^ sign) &- sign)
      place &+= Self.stride
    }
  }

  @_noAllocation @_noLocks
  @inline(__always)
  func write(_ place: Int, time: Int64, price: Int64, quantity: Int64) {
    unsafe words[unchecked: place] = time
    unsafe words[unchecked: place &+ Self.priceAt] = price
    unsafe words[unchecked: place &+ Self.quantityAt] = quantity
  }

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
    words.deallocate()
    links.deallocate()
    reserve.deallocate()
  }
}
