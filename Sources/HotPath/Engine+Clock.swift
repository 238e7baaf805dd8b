import CRecords
import Domain

/// What happens without trades: ticks, and news of the live stream's connections.
extension Engine {
  /// Passes grid points and closes candles up to now - 2 s, and looks after gaps.
  @_noAllocation @_noLocks
  mutating func tick(now: Int64, _ outbox: Outbox) -> StepOutcome {
    while tickPosition < symbolCount {
      if case .more = tickOne(tickPosition, now: now, outbox) { return .more }
      tickPosition &+= 1
    }
    tickPosition = 0
    // Nobody from the cursor on had a question: the next round begins with the first.
    if now >= nextCheckMillis { checkCursor = 0 }
    return .done
  }

  @_noAllocation @_noLocks
  private mutating func tickOne(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].phase.isGap { return tendGap(index, now: now, outbox) }
    if symbols[index].isDelisted { return .done }
    if symbols[index].phase.isBackfilling { return tendPast(index, now: now, outbox) }
    if case .more = tendDoubts(index, now: now, outbox) { return .more }
    if !symbols[index].phase.isFlowing || !symbols[index].hasTrade { return .done }
    // What was published before the connection was last heard is in; a trade after it may be on its way, or lost.
    let bound = min(now, symbols[index].heardMillis) &- Self.tickLagMillis
    // A trade with T = bound may still come and belongs to a grid point there, so only earlier ones are passed.
    while symbols[index].grid.nextMillis < bound {
      if !outbox.hasRoom(strategies: strategies.count) { return .more }
      passGridPoint(index, trading: true, outbox)
    }
    if bound > symbols[index].eventMillis {
      symbols[index].eventMillis = bound
      symbols[index].tickedMillis = bound
      symbols[index].candles.closeThrough(bound)
    }
    return .done
  }

  /// Asks REST about what cannot be known here: a silence, a contradiction.
  @_noAllocation @_noLocks
  private mutating func tendDoubts(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if symbols[index].suspectId >= 0 || symbols[index].isDistorted {
      return tendSuspicion(index, now: now, outbox)
    }
    if symbols[index].upSinceMillis == .max || !symbols[index].hasId || now < nextCheckMillis { return .done }
    let since: Int64
    let patience: Int64
    if symbols[index].phase.isAwaiting {
      // Once more after the patience of a quiet one, should REST have given up.
      let isAsked = symbols[index].checkedMillis > symbols[index].upSinceMillis
      since = isAsked ? symbols[index].checkedMillis : symbols[index].upSinceMillis
      patience = isAsked ? Self.quietMillis : Self.awaitMillis
    } else {
      // A connection that is not heard will be cut; that its symbols show no trade says nothing.
      if now &- symbols[index].heardMillis > Self.awaitMillis { return .done }
      since = max(symbols[index].liveMillis, max(symbols[index].checkedMillis, symbols[index].upSinceMillis))
      patience = quietPatienceMillis(index)
    }
    if now &- since < patience || index < checkCursor { return .done }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    // In turn: otherwise the first forty quiet symbols would be asked for again and again, and the others never.
    checkCursor = index &+ 1
    let isAwaiting = symbols[index].phase.isAwaiting
    nextCheckMillis = now &+ (isAwaiting ? Self.awaitPauseMillis : Self.checkPauseMillis)
    symbols[index].checkedMillis = now
    tell(.check, index, symbols[index].lastId &+ 1, symbols[index].lastId, outbox)
    return .done
  }

  /// A question may have been lost on its way.
  @_noAllocation @_noLocks
  private mutating func tendPast(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    let asked = symbols[index].pastAskedMillis
    if asked == 0 || now &- asked < Self.pastRetryMillis { return .done }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    symbols[index].pastAskedMillis = now
    tell(.past, index, 0, 0, outbox)
    return .done
  }

  @_noAllocation @_noLocks
  private func quietPatienceMillis(_ index: Int) -> Int64 {
    let count = symbols[index].window.halfHour.count
    if count <= 0 { return Self.quietMillis }
    let patience = 15 &* TradeWindow.halfHourMillis / count
    return min(Self.quietMillis, max(Self.quietLeastMillis, patience))
  }

  @_noAllocation @_noLocks
  private mutating func tendSuspicion(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    let isRebuilding = symbols[index].rebuildAskedMillis != 0
    if isRebuilding {
      if now &- symbols[index].rebuildAskedMillis < Self.rebuildRetryMillis { return .done }
    } else if now &- symbols[index].checkedMillis < Self.gapRetryMillis {
      return .done
    }
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    if isRebuilding {
      askToRebuild(index, now: now, outbox)
    } else if symbols[index].suspectId >= 0, now &- symbols[index].suspectSinceMillis < Self.verifyPatienceMillis {
      askToVerify(index, now: now, outbox)
    } else {
      askToRebuild(index, now: now, outbox)
    }
    return .done
  }

  // MARK: the clock

  /// `now` stands elsewhere, though no time has passed: what was noted of it moves along, so that patience and pauses last as
  /// long as they would have. Times of trades are the venue's own and stay.
  @_noAllocation @_noLocks
  mutating func clockMoved(_ millis: Int64, now: Int64) {
    if millis > Self.clockMoveMost || millis < 0 &- Self.clockMoveMost {
      counters.unknown &+= 1
      return
    }
    nextCheckMillis &+= millis
    var index = 0
    while index < symbolCount {
      symbols[index].moveNow(by: millis)
      // Ticks went by a clock that was ahead and passed grid points that are still to come: trades would be late for as long.
      if symbols[index].tickedMillis > now { symbols[index].isDistorted = true }
      index &+= 1
    }
  }

  // MARK: connections

  /// The symbols of a connection are cut off: their clocks stand until it is known what they missed.
  @_noAllocation @_noLocks
  mutating func feedDown(_ record: apus_record) {
    var index = Int(record.symbol)
    let end = min(Int(truncatingIfNeeded: record.first_id), symbolCount)
    while index < end {
      symbols[index].isInterrupted = true
      symbols[index].upSinceMillis = .max
      if record.time_ms < symbols[index].heardMillis { symbols[index].heardMillis = record.time_ms }
      if symbols[index].phase.isFlowing { symbols[index].phase = .awaiting }
      index &+= 1
    }
  }

  @_noAllocation @_noLocks
  mutating func feedHeard(_ record: apus_record, now: Int64) {
    var index = Int(record.symbol)
    let end = min(Int(truncatingIfNeeded: record.first_id), symbolCount)
    while index < end {
      symbols[index].heardMillis = record.time_ms
      if symbols[index].upSinceMillis == .max { symbols[index].upSinceMillis = now }
      index &+= 1
    }
  }
}
