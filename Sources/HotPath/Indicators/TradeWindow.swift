import CRecords
import Domain

/// A symbol's rolling windows over 30 min, 4 h and 24 h, its size quantiles and its large flow.
///
/// At event time t a window holds the trades with t - W < T <= t. Sums are exact integers: after any number of trades
/// they equal the sums recomputed, bit for bit. Amortised cost of a trade: one append, three evictions.
public struct TradeWindow: BitwiseCopyable {
  static var halfHourMillis: Int64 {
    @_noAllocation @_noLocks
    get { 1_800_000 }
  }
  public static var fourHourMillis: Int64 {
    @_noAllocation @_noLocks
    get { 14_400_000 }
  }
  static var dayMillis: Int64 { 86_400_000 }
  /// So much time without a trade that a block of them may leave a window at once.
  private static var silenceMillis: Int64 {
    @_noAllocation @_noLocks
    get { 2_000 }
  }
  /// Below this many trades in 24 h nothing is large.
  static var minimumForLarge: Int64 { 1000 }

  /// All trades ever added.
  private var come = FlowSums()
  private var halfHourCursor: WindowCursor
  private var fourHourCursor: WindowCursor
  private var dayCursor: WindowCursor
  var sizes: SizeHistogram
  /// Quantities of the large trades of 30 min, by aggressor, units of 1e-8.
  private(set) var largeBuy: Int128 = 0
  private(set) var largeSell: Int128 = 0
  private var tailChunk: UInt32
  /// Where the next trade goes, and where the chunk ends.
  private var tailPlace = 0
  private var tailEnd = 0
  /// The time the windows stand at.
  private var advancedMillis: Int64 = 0

  init(sizes: SizeHistogram) {
    halfHourCursor = WindowCursor()
    fourHourCursor = WindowCursor()
    dayCursor = WindowCursor()
    self.sizes = sizes
    tailChunk = TradePool.none
  }

  /// What the windows hold at the time they were last advanced to.
  var halfHour: FlowSums {
    @_noAllocation @_noLocks
    get { come.less(halfHourCursor.left) }
  }

  var fourHour: FlowSums {
    @_noAllocation @_noLocks
    get { come.less(fourHourCursor.left) }
  }

  var day: FlowSums {
    @_noAllocation @_noLocks
    get { come.less(dayCursor.left) }
  }

  /// Lets go of every trade that is out of its window at `t`.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func advance(to t: Int64, pool: TradePool) {
    // Only a silence tells that many leave without a look at any of them.
    if t &- advancedMillis >= Self.silenceMillis { passSilence(to: t, pool) }
    advancedMillis = t
    while halfHourCursor.oldestMillis <= t &- Self.halfHourMillis { dropFromHalfHour(pool) }
    let fourHourLimit = t &- Self.fourHourMillis
    if fourHourCursor.oldestMillis <= fourHourLimit {
      _ = fourHourCursor.dropOldest(come: come.count, pool)
      while fourHourCursor.oldestMillis <= fourHourLimit { dropFromFourHour(through: fourHourLimit, pool) }
    }
    while dayCursor.oldestMillis <= t &- Self.dayMillis { dropFromDay(pool) }
  }

  /// Adds a trade at `timeMillis`, to which the windows have been advanced, with its record's flags. False when the pool is
  /// used up: the trade is then in no window.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func add(timeMillis: Int64, price: Int64, quantity: Int64, flags: UInt16, pool: TradePool) -> Bool {
    if tailPlace == tailEnd {
      if !takeChunk(pool) { return false }
    }
    let bucket = SizeHistogram.bucket(quantity)
    // Judged once, before the trade itself counts.
    var isLarge = false
    if come.count &- dayCursor.left.count >= Self.minimumForLarge { isLarge = sizes.isAtLeastP99(bucket) }
    // -1 for a sell, by arithmetic: a branch here is mispredicted every third trade.
    let sign = 0 &- Int64(truncatingIfNeeded: flags & RecordFlags.sell)
    let signed = (quantity ^ sign) &- sign
    let place = tailPlace
    tailPlace = place &+ TradePool.stride
    pool.write(place, time: timeMillis << 1 | (isLarge ? 1 : 0), price: price, quantity: signed)
    come.add(price: price, signed: signed, quantity: quantity)
    halfHourCursor.beginIfEmpty(timeMillis: timeMillis, chunk: tailChunk, place: place, chunkEnd: tailEnd)
    fourHourCursor.beginIfEmpty(timeMillis: timeMillis, chunk: tailChunk, place: place, chunkEnd: tailEnd)
    dayCursor.beginIfEmpty(timeMillis: timeMillis, chunk: tailChunk, place: place, chunkEnd: tailEnd)
    sizes.add(bucket)
    if isLarge {
      if sign < 0 { largeSell &+= Int128(quantity) } else { largeBuy &+= Int128(quantity) }
    }
    return true
  }

  // MARK: looking back

  /// Whether the trade `back` places before the last one written has another price, quantity or side. False when it lies in
  /// an earlier chunk: what comes twice comes within seconds.
  @_noAllocation @_noLocks
  func contradicts(_ record: apus_record, back: Int64, pool: TradePool) -> Bool {
    let place = place(back: back, pool)
    return place >= 0 && !Self.content(record).isSame(content(back: back, pool: pool))
  }

  /// Of the trade so many places back; zeroes when it lies in an earlier chunk.
  @_noAllocation @_noLocks
  func content(back: Int64, pool: TradePool) -> TradeContent {
    let place = place(back: back, pool)
    if place < 0 { return TradeContent() }
    return TradeContent(price: pool.price(place), signed: pool.quantity(place))
  }

  @_noAllocation @_noLocks
  static func content(_ record: apus_record) -> TradeContent {
    let sign = 0 &- Int64(truncatingIfNeeded: record.flags & RecordFlags.sell)
    return TradeContent(price: record.price_e8, signed: (record.quantity_e8 ^ sign) &- sign)
  }

  @_noAllocation @_noLocks
  private func place(back: Int64, _ pool: TradePool) -> Int {
    if tailChunk == TradePool.none || back < 0 || back >= Int64(TradePool.chunkTrades) { return -1 }
    let place = tailPlace &- (Int(back) &+ 1) &* TradePool.stride
    return place >= pool.first(of: tailChunk) ? place : -1
  }

  /// Empties all windows, as a silence of days would, and begins again at no time.
  @_noAllocation @_noLocks
  mutating func forget(pool: TradePool) {
    passSilence(to: .max &- Self.dayMillis, pool)
    advancedMillis = 0
  }

  @_noAllocation @_noLocks
  @inline(never)
  private mutating func takeChunk(_ pool: TradePool) -> Bool {
    let chunk = pool.take()
    if chunk == TradePool.none { return false }
    if tailChunk != TradePool.none { pool.link(tailChunk, to: chunk) }
    tailChunk = chunk
    tailPlace = pool.first(of: chunk)
    tailEnd = tailPlace &+ TradePool.chunkTrades &* TradePool.stride
    return true
  }

  // MARK: one by one

  @_noAllocation @_noLocks
  @inline(__always)
  private mutating func dropFromHalfHour(_ pool: TradePool) {
    let isLarge = pool.time(halfHourCursor.place) & 1 == 1
    let signed = halfHourCursor.dropOldest(come: come.count, pool)
    if isLarge {
      if signed < 0 { largeSell &+= Int128(signed) } else { largeBuy &-= Int128(signed) }
    }
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private mutating func dropFromDay(_ pool: TradePool) {
    let left = dayCursor.chunk
    let signed = dayCursor.dropOldest(come: come.count, pool)
    let sign = signed >> 63
    sizes.remove(SizeHistogram.bucket((signed ^ sign) &- sign))
    giveBack(left, pool)
  }

  /// The chunk that the day's cursor stood in, if it has left it.
  @_noAllocation @_noLocks
  @inline(__always)
  private mutating func giveBack(_ left: UInt32, _ pool: TradePool) {
    if dayCursor.oldestMillis == .max {
      // The shorter windows emptied before: no cursor points into the chain, which is one chunk by now.
      pool.giveBack(left)
      tailChunk = TradePool.none
      tailPlace = tailEnd
    } else if dayCursor.chunk != left {
      pool.giveBack(left)
    }
  }

  /// A burst of trades within a silence's length leaves in blocks here, where nobody asks what left; the other windows
  /// look ahead only after a silence.
  @_noAllocation @_noLocks
  @inline(__always)
  private mutating func dropFromFourHour(through limit: Int64, _ pool: TradePool) {
    if fourHourCursor.hasBlock(through: limit, come: come.count, pool) {
      _ = fourHourCursor.dropBlocks(through: limit, come: come.count, pool)
    } else {
      _ = fourHourCursor.dropOldest(come: come.count, pool)
    }
  }

  // MARK: after a silence, in blocks

  @_noAllocation @_noLocks
  @inline(never)
  private mutating func passSilence(to t: Int64, _ pool: TradePool) {
    emptyHalfHour(through: t &- Self.halfHourMillis, pool)
    let limit = t &- Self.fourHourMillis
    while fourHourCursor.oldestMillis <= limit { dropFromFourHour(through: limit, pool) }
    emptyDay(through: t &- Self.dayMillis, pool)
  }

  @_noAllocation @_noLocks
  private mutating func emptyHalfHour(through limit: Int64, _ pool: TradePool) {
    while halfHourCursor.oldestMillis <= limit {
      if halfHourCursor.hasBlock(through: limit, come: come.count, pool) {
        dropBlocksFromHalfHour(through: limit, pool)
      } else {
        dropFromHalfHour(pool)
      }
    }
  }

  /// The sums by vectors; the large ones, one in a hundred, one by one.
  @_noAllocation @_noLocks
  private mutating func dropBlocksFromHalfHour(through limit: Int64, _ pool: TradePool) {
    var place = halfHourCursor.place
    let trades = halfHourCursor.dropBlocks(through: limit, come: come.count, pool)
    let end = place &+ trades &* TradePool.stride
    while place < end {
      if pool.time(place) & 1 == 1 {
        let signed = pool.quantity(place)
        if signed < 0 { largeSell &+= Int128(signed) } else { largeBuy &-= Int128(signed) }
      }
      place &+= TradePool.stride
    }
  }

  @_noAllocation @_noLocks
  private mutating func emptyDay(through limit: Int64, _ pool: TradePool) {
    while dayCursor.oldestMillis <= limit {
      if dayCursor.hasBlock(through: limit, come: come.count, pool) {
        let left = dayCursor.chunk
        let first = dayCursor.place
        let trades = dayCursor.dropBlocks(through: limit, come: come.count, pool)
        sizes.remove(first, trades, of: pool)
        giveBack(left, pool)
      } else {
        dropFromDay(pool)
      }
    }
  }
}
