import CRecords
import Domain
import Memory

/// Sums of liquidations for one strategy and symbol, valid until a boundary or an insertion is crossed.
struct LiquidationCache: BitwiseCopyable {
  /// Exact, in 1e-16 USD.
  var buyNotional: Int128 = 0
  var sellNotional: Int128 = 0
  fileprivate var version: UInt64 = .max
  fileprivate var validFromMillis: Int64 = 0
  /// The first event time at which an entry enters or leaves the window.
  fileprivate var validBeforeMillis: Int64 = 0
}

/// A symbol's market indicators as known at an event time.
///
/// Records wait in a queue until `known_ms` is reached, so that a grid point never sees what was published after it,
/// even when the trade that passes it comes much later.
///
/// Every look-up notes until when it would answer the same (`holdsUntilMillis`), so that a score need not ask again for each
/// trade. Look-ups are `mutating` for that, and because it hands the book over by address, where by value it would be a copy
/// of half a kilobyte for each signal.
struct IndicatorBook: BitwiseCopyable {
  private struct Current: BitwiseCopyable {
    var timeMillis: Int64 = .min
    var order: Int64 = .min
    var value: Double = .nan
  }

  private let pending: Slab<apus_record>
  private let pendingBase: Int
  private let pendingMask: Int
  private var pendingHead = 0
  private var pendingCount = 0
  private var arrivals: Int64 = 0
  private var current = InlineArray<5, Current>(repeating: Current())
  private var openInterestTape: SortedTape
  private var liquidationTape: SortedTape
  /// Changes whenever something becomes known.
  private(set) var version: UInt64 = 0
  /// The first event time at which some look-up since `noteFromHere` would answer differently, if nothing becomes known
  /// before.
  private(set) var holdsUntilMillis: Int64 = .max
  /// Records refused because too many waited for their time.
  private(set) var refused: Int = 0

  init(
    pending: Slab<apus_record>, pendingBase: Int, capacity: Int, openInterest: SortedTape, liquidations: SortedTape
  ) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a queue's capacity is a power of two")
    self.pending = pending
    self.pendingBase = pendingBase
    pendingMask = capacity - 1
    openInterestTape = openInterest
    liquidationTape = liquidations
  }

  /// Frees the slabs that all symbols' books share.
  func deallocateShared() {
    pending.deallocate()
    openInterestTape.deallocateShared()
  }

  /// Takes an `.indicator` or `.liquidation` record; `id` is its known_ms, ascending. Ties in time go to the higher
  /// `first_id`, its place in the input.
  @_noAllocation @_noLocks
  mutating func receive(_ record: apus_record) {
    if pendingCount > pendingMask {
      refused &+= 1
      return
    }
    pending[pendingBase &+ ((pendingHead &+ pendingCount) & pendingMask)] = record
    pendingCount &+= 1
  }

  @_noAllocation @_noLocks
  mutating func noteFromHere() { holdsUntilMillis = .max }

  /// Applies what is known at `t`. Event time of a symbol never goes back.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func advance(to t: Int64) {
    if pendingCount > 0 { applyKnown(at: t) }
  }

  @_noAllocation @_noLocks
  @inline(never)
  private mutating func applyKnown(at t: Int64) {
    while pendingCount > 0 {
      let record = pending[pendingBase &+ pendingHead]
      if record.id > t { return }
      pendingHead = (pendingHead &+ 1) & pendingMask
      pendingCount &-= 1
      apply(record)
    }
  }

  @_noAllocation @_noLocks
  private mutating func apply(_ record: apus_record) {
    version &+= 1
    if record.kind == EventKind.liquidation.rawValue {
      let isSell = record.flags & RecordFlags.sell != 0
      liquidationTape.insert(
        TapeEntry(
          timeMillis: record.time_ms, order: record.first_id, first: record.price_e8,
          second: isSell ? 0 &- record.quantity_e8 : record.quantity_e8))
      return
    }
    let type = Int(record.flags)
    if type >= 5 { return }
    let latest = current[type]
    let isNewer =
      record.time_ms == latest.timeMillis ? record.first_id >= latest.order : record.time_ms > latest.timeMillis
    if isNewer {
      current[type] = Current(
        timeMillis: record.time_ms, order: record.first_id,
        value: Double(bitPattern: UInt64(bitPattern: record.price_e8)))
    }
    if type == Int(IndicatorType.openInterestHist.rawValue) {
      openInterestTape.insert(
        TapeEntry(timeMillis: record.time_ms, order: record.first_id, first: record.price_e8, second: 0))
    }
  }

  /// The value with the latest time among the known, if it is not older than `maxAgeSeconds`.
  @_noAllocation @_noLocks
  mutating func fresh(_ type: IndicatorType, at t: Int64, maxAgeSeconds: Double) -> Double? {
    let latest = current[Int(type.rawValue)]
    if latest.timeMillis == .min { return nil }
    let tooOldMillis = latest.timeMillis &+ Int64(maxAgeSeconds * 1000) &+ 1
    if t >= tooOldMillis { return nil }
    holdsUntilMillis = min(holdsUntilMillis, tooOldMillis)
    return latest.value
  }

  /// The latest open interest with `t - maxMillis <= time <= t - minMillis`.
  @_noAllocation @_noLocks
  mutating func openInterest(at t: Int64, minMillis: Int64, maxMillis: Int64) -> Double? {
    let position = openInterestTape.countThrough(t &- minMillis)
    if position < openInterestTape.count {
      holdsUntilMillis = min(holdsUntilMillis, openInterestTape.at(position).timeMillis &+ minMillis)
    }
    if position == 0 { return nil }
    let entry = openInterestTape.at(position &- 1)
    if entry.timeMillis < t &- maxMillis { return nil }
    holdsUntilMillis = min(holdsUntilMillis, entry.timeMillis &+ maxMillis &+ 1)
    return Double(bitPattern: UInt64(bitPattern: entry.first))
  }

  /// Sums of liquidations with t - window < time <= t, recomputed only when one enters, leaves or arrives.
  @_noAllocation @_noLocks
  mutating func liquidations(at t: Int64, windowMillis: Int64, cache: inout LiquidationCache) {
    if cache.version == liquidationTape.version {
      if t >= cache.validFromMillis, t < cache.validBeforeMillis {
        holdsUntilMillis = min(holdsUntilMillis, cache.validBeforeMillis)
        return
      }
    }
    let first = liquidationTape.countThrough(t &- windowMillis)
    let end = liquidationTape.countThrough(t)
    cache.buyNotional = 0
    cache.sellNotional = 0
    var position = first
    while position < end {
      let entry = liquidationTape.at(position)
      let notional = Int128(entry.first) &* Int128(entry.second)
      if notional < 0 { cache.sellNotional &-= notional } else { cache.buyNotional &+= notional }
      position &+= 1
    }
    cache.version = liquidationTape.version
    cache.validFromMillis = t
    let nextEnter = end < liquidationTape.count ? liquidationTape.at(end).timeMillis : .max
    let nextLeave = first < end ? liquidationTape.at(first).timeMillis &+ windowMillis : .max
    cache.validBeforeMillis = min(nextEnter, nextLeave)
    holdsUntilMillis = min(holdsUntilMillis, cache.validBeforeMillis)
  }
}
