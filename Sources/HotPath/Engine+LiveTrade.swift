import CRecords
import Domain

/// The live stream's trades: in order, or why not.
extension Engine {
  /// A trade of the live stream (or, in a replay, of the file).
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func liveTrade(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].hasId, record.id <= symbols[index].lastId { return repeated(record, index, now: now, outbox) }
    if holdsGaps, !isPlausible(record, index, now: now) {
      counters.implausible &+= 1
      return .done
    }
    if !symbols[index].phase.isFlowing { return wait(record, index, now: now, outbox) }
    if holdsGaps, symbols[index].hasId {
      if record.id > symbols[index].lastId &+ 1 { return wait(record, index, now: now, outbox) }
      if isBeyondCollar(record, of: symbols[index].lastPrice) { return wait(record, index, now: now, outbox) }
    }
    return apply(record, index, trading: true, outbox) ? .done : .more
  }

  @_noAllocation @_noLocks
  private func isPlausible(_ record: apus_record, _ index: Int, now: Int64) -> Bool {
    if record.time_ms > now &+ Self.plausibleAheadMillis { return false }
    if record.time_ms < now &- Self.plausibleBehindMillis || record.id > Self.idMost { return false }
    if !symbols[index].hasId { return true }
    return record.id &- symbols[index].lastId <= Self.plausibleIdJump
  }

  /// False without a price to compare with, and for a trade of nothing, which changes none.
  @_noAllocation @_noLocks
  @inline(__always)
  func isBeyondCollar(_ record: apus_record, of price: Int64) -> Bool {
    let distance = record.price_e8 &- price
    let magnitude = distance < 0 ? 0 &- distance : distance
    if magnitude <= price >> Self.collarShift { return false }
    return price > 0 && record.quantity_e8 > 0
  }

  /// A trade whose id is not above the last one's.
  @_noAllocation @_noLocks
  @inline(never)
  private mutating func repeated(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if holdsGaps, contradicts(record, index) {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      quarantine(record.id, index, outbox)
      if symbols[index].suspectId < 0 {
        symbols[index].suspectId = record.id
        symbols[index].suspectSinceMillis = now
        let back = symbols[index].lastAggId &- record.id
        symbols[index].suspectContent = symbols[index].window.content(back: back, pool: pool)
        blockEntries(index)
        askToVerify(index, now: now, outbox)
      }
      return .done
    }
    if isOvertaken(record, index, now: now) {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      seeLive(record, index, outbox)
    }
    if record.flags & RecordFlags.overlap != 0 { counters.overlapped &+= 1 } else { counters.dropped &+= 1 }
    return .done
  }

  /// Whether REST brought the trade before the stream did, and a position waits for it: out of history no exit was run. Of those
  /// that come in the wrong order besides only the higher one counts, since a repetition must not count again.
  @_noAllocation @_noLocks
  private func isOvertaken(_ record: apus_record, _ index: Int, now: Int64) -> Bool {
    if !holdsGaps || symbols[index].positions == 0 || record.id <= symbols[index].exitsId { return false }
    return isPlausible(record, index, now: now)
  }

  /// A trade that may not enter the windows yet: last price, exits and pending fills use it all the same.
  @_noAllocation @_noLocks
  @inline(never)
  private mutating func wait(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    symbols[index].isInterrupted = false
    let isBehind = symbols[index].hold.count > 0 && record.id < symbols[index].hold.lastId()
    switch symbols[index].hold.insert(record) {
    case .repeated(let other):
      if HoldQueue.agree(record, other) {
        if record.flags & RecordFlags.overlap != 0 { counters.overlapped &+= 1 } else { counters.dropped &+= 1 }
      } else {
        quarantineHeld(record.id, index, outbox)
      }
      return .done
    case .full: counters.notHeld &+= 1
    case .held: if isBehind { counters.reordered &+= 1 }
    }
    // Positions outlast windows that are built anew, and what comes again is known by no other id then.
    let isSeen = symbols[index].phase.isBackfilling && record.id <= symbols[index].exitsFloorId
    if !isSeen { seeLive(record, index, outbox) }
    return decideWait(index, now: now, outbox)
  }

  /// Whether what is held can go on, or something must be asked for.
  @_noAllocation @_noLocks
  private mutating func decideWait(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].phase.isBackfilling { return .done }
    if !symbols[index].hasId {
      if symbols[index].hold.count == 0 { return .done }
      if !symbols[index].hasAskedPast {
        askForPast(index, now: now, outbox)
        return .done
      }
      // Nothing came before: the first trade ever begins the windows.
      _ = applyFirstHeld(index, outbox)
      if symbols[index].hold.count == 0 {
        symbols[index].phase = .flowing
        return .done
      }
    }
    if !symbols[index].phase.isGap { beginGap(index, now: now) }
    // An outbox without room is no reason to repeat this record, which is held by now: the next event goes on.
    _ = releaseHold(index, outbox)
    return .done
  }

  @_noAllocation @_noLocks
  private mutating func beginGap(_ index: Int, now: Int64) {
    symbols[index].phase = .gap
    symbols[index].gapSinceMillis = now
    symbols[index].gapFromId = symbols[index].lastId &+ 1
    symbols[index].gapAskedMillis = now &- Self.gapRetryMillis &+ Self.reorderMillis
    if symbols[index].hold.count > 0, symbols[index].hold.first().id == symbols[index].gapFromId {
      if isBeyondCollar(symbols[index].hold.first(), of: symbols[index].lastPrice) { counters.doubted &+= 1 }
    }
  }

  /// Price, exits and pending fills of a trade that does not go into the windows now.
  @_noAllocation @_noLocks
  private mutating func seeLive(_ record: apus_record, _ index: Int, _ outbox: Outbox) {
    // Before the price is doubted: a repetition must not agree with itself.
    if symbols[index].positions > 0, record.id > symbols[index].exitsId { symbols[index].exitsId = record.id }
    if record.quantity_e8 == 0 || !isLivePrice(record, index) { return }
    symbols[index].livePrice = record.price_e8
    if record.time_ms > symbols[index].liveMillis { symbols[index].liveMillis = record.time_ms }
    // The windows may be ahead of it: their T is the largest so far, or a tick's bound.
    let t = max(symbols[index].liveMillis, symbols[index].eventMillis)
    runExits(index, at: t, price: record.price_e8, outbox)
    fillEntries(index, at: t, aggId: record.id, price: record.price_e8, outbox)
  }

  /// Near the last live price, or one of several in a row that are near each other.
  @_noAllocation @_noLocks
  private mutating func isLivePrice(_ record: apus_record, _ index: Int) -> Bool {
    if isBeyondCollar(record, of: symbols[index].livePrice) {
      let agrees = symbols[index].doubtCount > 0 && !isBeyondCollar(record, of: symbols[index].doubtPrice)
      symbols[index].doubtCount = agrees ? symbols[index].doubtCount &+ 1 : 1
      symbols[index].doubtPrice = record.price_e8
      if symbols[index].doubtCount < Self.agreeingTrades { return false }
    }
    symbols[index].doubtCount = 0
    return true
  }
}
