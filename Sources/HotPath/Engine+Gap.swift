import CRecords
import Domain

/// Holes and contradictions: what is asked for, and what is done without.
extension Engine {
  @_noAllocation @_noLocks
  func tell(_ kind: GapEvent.Kind, _ index: Int, _ fromId: Int64, _ throughId: Int64, _ outbox: Outbox) {
    outbox.append(
      GapEvent(kind: kind, symbol: UInt32(truncatingIfNeeded: index), fromId: fromId, throughId: throughId))
  }

  /// Asks for what lies before the first held trade; for that trade itself when it follows on but its price is in doubt.
  @_noAllocation @_noLocks
  mutating func askForGap(_ index: Int, now: Int64, _ outbox: Outbox) {
    symbols[index].gapAskedMillis = now
    let next = symbols[index].lastId &+ 1
    let held = symbols[index].hold.first().id
    if held > next { countHole(index, before: held) }
    tell(.wanted, index, next, held > next ? held &- 1 : held, outbox)
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
    symbols[index].plainFromId = record.id
    if holdsGaps {
      // Entries need whole 30 min and 4 h windows; the hole leaves the longer one after 4 h.
      symbols[index].holeMillis = record.time_ms
      let until = record.time_ms &+ TradeWindow.fourHourMillis
      if until > symbols[index].holeUntilMillis { symbols[index].holeUntilMillis = until }
      blockEntries(index)
    }
    tell(.permanent, index, symbols[index].lastId &+ 1, record.id &- 1, outbox)
  }

  /// Goes on with what is held, asks again now and then; after ten minutes the windows go on without the missing trades.
  @_noAllocation @_noLocks
  mutating func tendGap(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if case .more = releaseHold(index, outbox) { return .more }
    if symbols[index].hold.count == 0 {
      if symbols[index].phase.isGap { symbols[index].phase = symbols[index].isInterrupted ? .awaiting : .flowing }
      return .done
    }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    if isContradictory(index) {
      quarantine(symbols[index].hold.first().id, index, outbox)
      symbols[index].hold.pop()
      return .done
    }
    if now &- symbols[index].gapSinceMillis >= Self.gapPatienceMillis {
      if isOutlier(index) {
        quarantine(symbols[index].hold.first().id, index, outbox)
        symbols[index].hold.pop()
      } else if !applyFirstHeld(index, outbox) {
        return .more
      }
      // The next hole, if there is one, is as old as the trade behind it.
      let behind = symbols[index].hold.count > 0 ? symbols[index].hold.first().time_ms : now
      symbols[index].gapSinceMillis = min(now, behind)
      symbols[index].gapFromId = symbols[index].lastId &+ 1
      return releaseHold(index, outbox)
    }
    if now &- symbols[index].gapAskedMillis >= Self.gapRetryMillis { askForGap(index, now: now, outbox) }
    return .done
  }

  /// The first held trade has a higher id than trades that came since and an older T: its id cannot be true, and it would
  /// wait for ever.
  @_noAllocation @_noLocks
  private func isContradictory(_ index: Int) -> Bool {
    let first = symbols[index].hold.first()
    if first.id <= symbols[index].lastId &+ 1 { return false }
    return first.time_ms < symbols[index].eventMillis &- Self.contradictoryMillis
  }

  /// The first held trade is far from the price before it and the one after it is not: no jump, an error.
  @_noAllocation @_noLocks
  private func isOutlier(_ index: Int) -> Bool {
    if symbols[index].hold.count < 2 { return false }
    if !isBeyondCollar(symbols[index].hold.first(), of: symbols[index].lastPrice) { return false }
    return !isBeyondCollar(symbols[index].hold.second(), of: symbols[index].lastPrice)
  }

  // MARK: two contents

  /// Whether an applied trade of this id has another price, quantity or side. False when it is too long ago to tell.
  @_noAllocation @_noLocks
  func contradicts(_ record: apus_record, _ index: Int) -> Bool {
    if record.id < symbols[index].plainFromId || record.id > symbols[index].lastAggId { return false }
    return symbols[index].window.contradicts(record, back: symbols[index].lastAggId &- record.id, pool: pool)
  }

  @_noAllocation @_noLocks
  mutating func quarantine(_ id: Int64, _ index: Int, _ outbox: Outbox) {
    counters.quarantined &+= 1
    tell(.quarantined, index, id, id, outbox)
  }

  /// Two held trades of one id: neither is believed, REST has the true one.
  @_noAllocation @_noLocks
  mutating func quarantineHeld(_ id: Int64, _ index: Int, _ outbox: Outbox) {
    quarantine(id, index, outbox)
    symbols[index].hold.remove(id)
  }

  @_noAllocation @_noLocks
  mutating func askToVerify(_ index: Int, now: Int64, _ outbox: Outbox) {
    symbols[index].checkedMillis = now
    tell(.verify, index, symbols[index].suspectId, symbols[index].suspectId, outbox)
  }

  /// REST's content of the trade in doubt: as applied, or the windows must be built anew.
  @_noAllocation @_noLocks
  mutating func verified(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) {
    if TradeWindow.content(record).isSame(symbols[index].suspectContent) {
      symbols[index].suspectId = -1
      blockEntries(index)
    } else if symbols[index].rebuildAskedMillis == 0 {
      askToRebuild(index, now: now, outbox)
    }
  }

  @_noAllocation @_noLocks
  mutating func askToRebuild(_ index: Int, now: Int64, _ outbox: Outbox) {
    symbols[index].rebuildAskedMillis = now
    tell(.rebuild, index, 0, symbols[index].lastId, outbox)
  }

  /// Derives until when the symbol takes no entries.
  @_noAllocation @_noLocks
  mutating func blockEntries(_ index: Int) {
    let isBlocked = symbols[index].suspectId >= 0 || symbols[index].isDelisted
    symbols[index].incompleteUntilMillis = isBlocked ? .max : symbols[index].holeUntilMillis
  }
}
