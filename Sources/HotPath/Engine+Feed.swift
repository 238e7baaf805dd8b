import CRecords
import Domain

/// The order of ids: holes, history and the clock.
extension Engine {
  static var gapPatienceMillis: Int64 { 600_000 }
  static var gapRetryMillis: Int64 { 5_000 }
  static var tickLagMillis: Int64 { 2_000 }
  /// What a live T may differ from now, and an id from the one before: far beyond any lag or outage on record, far
  /// below what would make the grid pass years or ids wait for ever.
  static var plausibleAheadMillis: Int64 { 3_600_000 }
  static var plausibleBehindMillis: Int64 { 86_400_000 }
  static var plausibleIdJump: Int64 { 100_000_000 }

  /// A trade of the live stream (or, in a replay, of the file).
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func liveTrade(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].hasId, record.id <= symbols[index].lastId {
      counters.dropped &+= 1
      return .done
    }
    if holdsGaps, !isPlausible(record, index, now: now) {
      counters.implausible &+= 1
      return .done
    }
    if !symbols[index].phase.isFlowing {
      if record.id <= symbols[index].hold.lastId() {
        counters.dropped &+= 1
        return .done
      }
      return keep(record, index, outbox)
    }
    if holdsGaps, symbols[index].hasId, record.id > symbols[index].lastId &+ 1 {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      symbols[index].phase = .gap
      symbols[index].gapSinceMillis = now
      askForGap(index, before: record.id, now: now, outbox)
      return keep(record, index, outbox)
    }
    return apply(record, index, trading: true, outbox) ? .done : .more
  }

  @_noAllocation @_noLocks
  private func isPlausible(_ record: apus_record, _ index: Int, now: Int64) -> Bool {
    if record.time_ms > now &+ Self.plausibleAheadMillis { return false }
    if record.time_ms < now &- Self.plausibleBehindMillis { return false }
    if !symbols[index].hasId { return true }
    return record.id &- symbols[index].lastId <= Self.plausibleIdJump
  }

  /// A trade that may not enter the windows yet: last price, exits and pending fills use it all the same.
  @_noAllocation @_noLocks
  private mutating func keep(_ record: apus_record, _ index: Int, _ outbox: Outbox) -> StepOutcome {
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    symbols[index].hold.push(record)
    if record.quantity_e8 == 0 { return .done }
    symbols[index].livePrice = record.price_e8
    if record.time_ms > symbols[index].liveMillis { symbols[index].liveMillis = record.time_ms }
    // The windows may be ahead of it: their T is the largest so far, or a tick's bound.
    let t = max(symbols[index].liveMillis, symbols[index].eventMillis)
    runExits(index, at: t, price: record.price_e8, outbox)
    fillEntries(index, at: t, aggId: record.id, price: record.price_e8, outbox)
    return .done
  }

  /// A trade out of REST or a file: windows only, no evaluation, no fill.
  @_noAllocation @_noLocks
  mutating func historyTrade(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    // A file may be as old as it likes, but not from the future.
    if record.time_ms > now &+ Self.plausibleAheadMillis {
      counters.implausible &+= 1
      return .done
    }
    if !symbols[index].hasId || record.id > symbols[index].lastId {
      if !apply(record, index, trading: false, outbox) { return .more }
    }
    return releaseHold(index, outbox)
  }

  /// History has given what it has: go over to the held live trades, and ask for what is missing in between.
  @_noAllocation @_noLocks
  mutating func historyEnd(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    dropImplausibleHeld(index)
    if !symbols[index].hasId, symbols[index].hold.count > 0 {
      if !applyFirstHeld(index, outbox) { return .more }
    }
    if case .more = releaseHold(index, outbox) { return .more }
    if symbols[index].hold.count == 0 {
      symbols[index].phase = .flowing
    } else if symbols[index].phase.isBackfilling {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      symbols[index].phase = .gap
      symbols[index].gapSinceMillis = now
      askForGap(index, before: symbols[index].hold.first().id, now: now, outbox)
    }
    return .done
  }

  /// Lets go of held trades whose id cannot be true, seen only now that history has one to compare with: such a trade
  /// would wait for ever, and every true one after it be taken for a repetition.
  @_noAllocation @_noLocks
  private mutating func dropImplausibleHeld(_ index: Int) {
    while symbols[index].hasId, symbols[index].hold.count > 0 {
      if symbols[index].hold.first().id &- symbols[index].lastId <= Self.plausibleIdJump { return }
      symbols[index].hold.pop()
      counters.implausible &+= 1
    }
  }

  /// Applies held trades as far as they follow on. In a gap, an emptied queue ends it.
  @_noAllocation @_noLocks
  private mutating func releaseHold(_ index: Int, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].hold.count == 0 || !symbols[index].hasId { return .done }
    while symbols[index].hold.count > 0 {
      let id = symbols[index].hold.first().id
      if id > symbols[index].lastId &+ 1 { return .done }
      if id <= symbols[index].lastId {
        symbols[index].hold.pop()
      } else if !applyFirstHeld(index, outbox) {
        return .more
      }
    }
    if symbols[index].phase.isGap { symbols[index].phase = .flowing }
    return .done
  }

  /// Windows only: its exits and fills ran when it came, and a late evaluation must not trade.
  @_noAllocation @_noLocks
  private mutating func applyFirstHeld(_ index: Int, _ outbox: Outbox) -> Bool {
    if !apply(symbols[index].hold.first(), index, trading: false, outbox) { return false }
    symbols[index].hold.pop()
    return true
  }

  @_noAllocation @_noLocks
  private mutating func askForGap(_ index: Int, before id: Int64, now: Int64, _ outbox: Outbox) {
    countHole(index, before: id)
    symbols[index].gapAskedMillis = now
    outbox.append(
      GapEvent(
        kind: .wanted, symbol: UInt32(truncatingIfNeeded: index), fromId: symbols[index].lastId &+ 1,
        throughId: id &- 1))
  }

  @_noAllocation @_noLocks
  private mutating func countHole(_ index: Int, before id: Int64) {
    if symbols[index].countedHoleBefore == id { return }
    symbols[index].countedHoleBefore = id
    counters.gaps &+= 1
  }

  /// The hole before `record` is passed over for good.
  @_noAllocation @_noLocks
  mutating func passOverGap(_ record: apus_record, _ index: Int, _ outbox: Outbox) {
    countHole(index, before: record.id)
    if holdsGaps {
      // Entries need whole 30 min and 4 h windows; the hole leaves the longer one after 4 h.
      symbols[index].incompleteUntilMillis = record.time_ms &+ TradeWindow.fourHourMillis
    }
    outbox.append(
      GapEvent(
        kind: .permanent, symbol: UInt32(truncatingIfNeeded: index), fromId: symbols[index].lastId &+ 1,
        throughId: record.id &- 1))
  }

  // MARK: the clock

  /// Passes grid points and closes candles up to now - 2 s, and looks after gaps.
  @_noAllocation @_noLocks
  mutating func tick(now: Int64, _ outbox: Outbox) -> StepOutcome {
    while tickPosition < symbols.count {
      if case .more = tickOne(tickPosition, now: now, outbox) { return .more }
      tickPosition &+= 1
    }
    tickPosition = 0
    return .done
  }

  @_noAllocation @_noLocks
  private mutating func tickOne(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].phase.isGap { return tendGap(index, now: now, outbox) }
    if !symbols[index].phase.isFlowing || !symbols[index].hasTrade { return .done }
    let bound = now &- Self.tickLagMillis
    // A trade with T = bound may still come and belongs to a grid point there, so only earlier ones are passed.
    while symbols[index].grid.nextMillis < bound {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      passGridPoint(index, trading: true, outbox)
    }
    if bound > symbols[index].eventMillis {
      symbols[index].eventMillis = bound
      symbols[index].candles.closeThrough(bound)
    }
    return .done
  }

  /// Asks again now and then; after ten minutes the windows go on without the missing trades.
  @_noAllocation @_noLocks
  private mutating func tendGap(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].hold.count == 0 {
      symbols[index].phase = .flowing
      return .done
    }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    if now &- symbols[index].gapSinceMillis >= Self.gapPatienceMillis {
      if !applyFirstHeld(index, outbox) { return .more }
      symbols[index].gapSinceMillis = now
      return releaseHold(index, outbox)
    }
    if now &- symbols[index].gapAskedMillis >= Self.gapRetryMillis {
      askForGap(index, before: symbols[index].hold.first().id, now: now, outbox)
    }
    return .done
  }
}
