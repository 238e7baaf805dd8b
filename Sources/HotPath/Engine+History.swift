import CRecords
import Domain

/// Trades that come from REST or files, and how the live stream takes over from them.
extension Engine {
  /// A trade out of REST or a file: windows only, no evaluation, no fill. No collar: the venue's history is the truth that
  /// live trades are compared with.
  @_noAllocation @_noLocks
  mutating func historyTrade(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    // Nor from the future, nor so old that no window could hold it: the grid would walk from there to now in one step.
    let isTooOld = holdsGaps && record.time_ms < now &- Self.historyMostMillis
    let isFarId = symbols[index].hasId && record.id &- symbols[index].lastId > Self.plausibleIdJump
    if isTooOld || record.time_ms > now &+ Self.historyAheadMillis || record.id > Self.idMost || (holdsGaps && isFarId)
    {
      counters.implausible &+= 1
      return .done
    }
    if !symbols[index].hasId || record.id > symbols[index].lastId {
      let isPassedBy = record.time_ms < symbols[index].tickedMillis && record.quantity_e8 > 0
      if !apply(record, index, trading: false, outbox) { return .more }
      if isPassedBy { symbols[index].isDistorted = true }
      noteDeaf(record, index)
      seeConfirmed(record, index, outbox)
    } else if record.id == symbols[index].suspectId {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      verified(record, index, now: now, outbox)
    }
    return releaseHold(index, outbox)
  }

  /// A trade of a check's answer that no stream brought until now: published while the connection was heard, and long enough
  /// before the question to have come. Whoever fetches pages cannot know that: an answer may wait a minute for weight, and the
  /// stream goes on meanwhile.
  @_noAllocation @_noLocks
  private mutating func noteDeaf(_ record: apus_record, _ index: Int) {
    if symbols[index].deafId >= 0 { return }
    if !symbols[index].phase.isFlowing, !symbols[index].phase.isAwaiting { return }
    // What was published during a cut is nobody's fault. Our clock may be a little off the venue's.
    if record.time_ms &- Self.tickLagMillis < symbols[index].upSinceMillis { return }
    if record.time_ms > symbols[index].checkedMillis &- Self.deafMillis { return }
    symbols[index].deafId = record.id
  }

  /// REST has the price that was not believed: what rests at the exchange would have been filled at it.
  @_noAllocation @_noLocks
  private mutating func seeConfirmed(_ record: apus_record, _ index: Int, _ outbox: Outbox) {
    if symbols[index].positions == 0 || symbols[index].hold.count == 0 { return }
    if symbols[index].hold.first().id != record.id { return }
    if !isBeyondCollar(record, of: symbols[index].livePrice) { return }
    if !outbox.hasRoom(strategies: strategies.count) { return }
    symbols[index].livePrice = record.price_e8
    symbols[index].doubtCount = 0
    let t = max(symbols[index].liveMillis, symbols[index].eventMillis)
    runExits(index, at: t, price: record.price_e8, outbox)
    fillEntries(index, at: t, aggId: record.id, price: record.price_e8, outbox)
  }

  /// History has given what it has: go over to the held live trades, and ask for what is missing in between.
  @_noAllocation @_noLocks
  mutating func historyEnd(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if record.flags & RecordFlags.partial != 0 { seePartial(index) }
    if symbols[index].phase.isBackfilling { return endBackfill(record, index, now: now, outbox) }
    if case .more = releaseHold(index, outbox) { return .more }
    // For both of what follows: half of it must not be done twice.
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    if record.first_id == HistoryRequest.check.rawValue { endCheck(record, index, outbox) }
    symbols[index].deafId = -1
    if symbols[index].isDistorted, symbols[index].rebuildAskedMillis == 0 {
      askToRebuild(index, now: now, outbox)
    }
    return .done
  }

  /// Of a deaf stream nobody can say that nothing is missing: its next connection is asked for anew.
  @_noAllocation @_noLocks
  private mutating func endCheck(_ record: apus_record, _ index: Int, _ outbox: Outbox) {
    let deafId = symbols[index].deafId
    // Cut again since it was asked: what it says is of before.
    if symbols[index].upSinceMillis > symbols[index].checkedMillis { return }
    if deafId >= 0 {
      tell(.deaf, index, deafId, deafId, outbox)
    } else if record.flags & RecordFlags.gaveUp == 0 {
      symbols[index].isInterrupted = false
      if symbols[index].phase.isAwaiting { symbols[index].phase = .flowing }
    }
  }

  /// Trades before the first are missing: a hole that leaves each window once it is as long as the time since.
  @_noAllocation @_noLocks
  private mutating func seePartial(_ index: Int) {
    if !symbols[index].hasTrade { return }
    let first = symbols[index].firstMillis
    symbols[index].holeMillis = max(symbols[index].holeMillis, first)
    symbols[index].holeUntilMillis = max(symbols[index].holeUntilMillis, first &+ TradeWindow.fourHourMillis)
    blockEntries(index)
  }

  @_noAllocation @_noLocks
  private mutating func endBackfill(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    dropImplausibleHeld(index)
    symbols[index].pastAskedMillis = 0
    // Who is to warm up live begins with whatever comes.
    if record.flags & RecordFlags.gaveUp != 0 { symbols[index].hasAskedPast = true }
    if !symbols[index].hasId {
      if symbols[index].hold.count == 0 {
        let isReady = symbols[index].hasAskedPast && !symbols[index].isInterrupted
        symbols[index].phase = isReady ? .flowing : .awaiting
        return .done
      }
      if !symbols[index].hasAskedPast {
        if !outbox.hasRoom(strategies: strategies.count) { return .more }
        askForPast(index, now: now, outbox)
        return .done
      }
      if !applyFirstHeld(index, outbox) { return .more }
    }
    if case .more = releaseHold(index, outbox) { return .more }
    if symbols[index].hold.count == 0 {
      symbols[index].phase = symbols[index].isInterrupted ? .awaiting : .flowing
      return .done
    }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    symbols[index].phase = .gap
    symbols[index].gapSinceMillis = now
    symbols[index].gapFromId = symbols[index].lastId &+ 1
    askForGap(index, now: now, outbox)
    return .done
  }

  /// The venue had nothing when it was asked, and now there is a live trade: others may have come before it that no stream
  /// brought yet, and without an id from before no hole tells of them.
  @_noAllocation @_noLocks
  mutating func askForPast(_ index: Int, now: Int64, _ outbox: Outbox) {
    symbols[index].hasAskedPast = true
    symbols[index].pastAskedMillis = now
    symbols[index].phase = .backfilling
    tell(.past, index, 0, 0, outbox)
  }

  /// Lets go of held trades whose id cannot be true, seen only now that history has one to compare with: such a trade
  /// would wait for ever, and every true one after it be taken for a repetition.
  @_noAllocation @_noLocks
  private mutating func dropImplausibleHeld(_ index: Int) {
    while symbols[index].hasId, symbols[index].hold.count > 0 {
      if symbols[index].hold.lastId() &- symbols[index].lastId <= Self.plausibleIdJump { return }
      symbols[index].hold.dropLast()
      counters.implausible &+= 1
    }
  }

  /// Applies held trades as far as they follow on and are not in doubt. In a gap, an emptied queue ends it.
  @_noAllocation @_noLocks
  mutating func releaseHold(_ index: Int, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].hold.count == 0 || !symbols[index].hasId { return .done }
    while symbols[index].hold.count > 0 {
      let first = symbols[index].hold.first()
      if first.id > symbols[index].lastId &+ 1 { return .done }
      if first.id <= symbols[index].lastId {
        // History brought it first, and is right where the two differ.
        if contradicts(first, index) {
          if !outbox.hasRoom(strategies: strategies.count) { return .more }
          quarantine(first.id, index, outbox)
        }
        symbols[index].hold.pop()
      } else if isBeyondCollar(first, of: symbols[index].lastPrice) {
        return .done
      } else if !applyFirstHeld(index, outbox) {
        return .more
      }
    }
    if symbols[index].phase.isGap { endGap(index, outbox) }
    return .done
  }

  @_noAllocation @_noLocks
  private mutating func endGap(_ index: Int, _ outbox: Outbox) {
    symbols[index].phase = symbols[index].isInterrupted ? .awaiting : .flowing
    // One that closed by itself was never told of.
    if symbols[index].countedHoleBefore < symbols[index].gapFromId { return }
    if !outbox.hasRoom(strategies: strategies.count) { return }
    tell(.filled, index, symbols[index].gapFromId, symbols[index].lastId, outbox)
  }

  /// Windows only: its exits and fills ran when it came, and a late evaluation must not trade.
  @_noAllocation @_noLocks
  mutating func applyFirstHeld(_ index: Int, _ outbox: Outbox) -> Bool {
    if !apply(symbols[index].hold.first(), index, trading: false, outbox) { return false }
    symbols[index].hold.pop()
    return true
  }

  // MARK: anew

  /// History of this symbol begins again: windows, candles and grid forget; positions, cooldowns and indicators stay.
  ///
  /// Costs some nanoseconds a trade held (a few ms for a day of the busiest symbol), once a rebuild.
  @_noAllocation @_noLocks
  mutating func historyReset(_ index: Int) {
    // Otherwise it is a milestone of the start.
    if symbols[index].rebuildAskedMillis != 0 { counters.rebuilt &+= 1 }
    symbols[index].window.forget(pool: pool)
    symbols[index].candles = CandleSeries()
    symbols[index].grid = FlowGrid()
    // An id that was seen but cannot be true is above all that were applied. A rebuild begins anew several times.
    if symbols[index].hasId {
      let seenId = min(symbols[index].exitsId, symbols[index].lastId)
      symbols[index].exitsFloorId = max(symbols[index].exitsFloorId, seenId)
    }
    symbols[index].hasId = false
    symbols[index].lastId = 0
    symbols[index].hasTrade = false
    symbols[index].firstMillis = 0
    symbols[index].eventMillis = .min
    symbols[index].tickedMillis = .min
    symbols[index].lastAggId = 0
    symbols[index].lastPrice = 0
    symbols[index].plainFromId = .max
    symbols[index].countedHoleBefore = .min
    symbols[index].holeMillis = .min
    symbols[index].holeUntilMillis = .min
    symbols[index].suspectId = -1
    symbols[index].deafId = -1
    symbols[index].isDistorted = false
    symbols[index].rebuildAskedMillis = 0
    symbols[index].phase = .backfilling
    blockEntries(index)
  }
}
