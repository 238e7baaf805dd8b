import CClock
import CRecords
import Domain
import Memory

/// The deterministic core: the same records in the same order give the same signals and positions, bit for bit.
///
/// `step` knows no socket, file, clock or random number. `now` and every T come with the events, and what shall be done
/// or told goes into an outbox. Live, paper and replay all drive this one function. One thread; all memory is reserved
/// by `init`.
public struct Engine: ~Copyable {
  /// Room for `EngineLimits.symbolRoom`; the first `symbolCount` are in use.
  let symbols: Slab<SymbolState>
  let slots: Slab<StrategySlot>
  let strategies: Slab<StrategySetting>
  let signalSettings: Slab<SignalSetting>
  let pool: TradePool
  let names: Slab<UInt8>
  let strategyNames: Slab<NameRange>
  let costs: PaperCosts
  let evaluatesEveryTrade: Bool
  let emitsEveryEvaluation: Bool
  let emitsGridPoints: Bool
  let holdsGaps: Bool
  public internal(set) var counters = EngineCounters()
  public internal(set) var entriesPaused = false
  /// The venue's clock is being measured anew.
  public internal(set) var isClockDoubted = false
  var entryCount: Int64 = 0
  /// Of a step that is timed; written only, nothing here is decided by it.
  public internal(set) var stamps = StageStamps()
  public internal(set) var symbolCount: Int
  /// Where an interrupted tick goes on.
  var tickPosition = 0
  /// When REST may be asked about the next silent stream.
  var nextCheckMillis: Int64 = 0
  /// The first symbol that may ask in this round.
  var checkCursor = 0

  /// One event. `now` goes back with a `Command.clockMoved` that says so, and never else; ticks advance it when nothing else
  /// does.
  @_noAllocation @_noLocks
  public mutating func step(_ record: apus_record, now: Int64, into outbox: Outbox) -> StepOutcome {
    if record.kind == EventKind.tick.rawValue { return tick(now: now, outbox) }
    if record.kind == EventKind.command.rawValue {
      command(record, now: now)
      return .done
    }
    let index = Int(record.symbol)
    if index < symbolCount {
      if record.kind == EventKind.trade.rawValue { return liveTrade(record, index, now: now, outbox) }
      if record.kind == EventKind.historyTrade.rawValue { return historyTrade(record, index, now: now, outbox) }
    }
    return stepOther(record, index, now: now, outbox)
  }

  /// What comes seldom.
  @_noAllocation @_noLocks
  @inline(never)
  private mutating func stepOther(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if record.kind == EventKind.instrument.rawValue { return instrument(record, index, now: now, outbox) }
    if index >= symbolCount {
      counters.unknown &+= 1
      return .done
    }
    if record.kind == EventKind.historyEnd.rawValue { return historyEnd(record, index, now: now, outbox) }
    if record.kind == EventKind.indicator.rawValue || record.kind == EventKind.liquidation.rawValue {
      symbols[index].book.receive(record)
      return .done
    }
    if record.kind == EventKind.feedHeard.rawValue {
      feedHeard(record, now: now)
      return .done
    }
    if record.kind == EventKind.feedDown.rawValue {
      feedDown(record)
      return .done
    }
    if record.kind == EventKind.historyReset.rawValue {
      historyReset(index)
      return .done
    }
    if record.kind == EventKind.delisted.rawValue { return delisted(index, now: now, outbox) }
    counters.unknown &+= 1
    return .done
  }

  @_noAllocation @_noLocks
  private mutating func command(_ record: apus_record, now: Int64) {
    let code = record.id
    if code == Command.pauseEntries.rawValue {
      entriesPaused = true
    } else if code == Command.resumeEntries.rawValue {
      entriesPaused = false
    } else if code == Command.clockDoubted.rawValue {
      isClockDoubted = true
    } else if code == Command.clockTrusted.rawValue {
      isClockDoubted = false
    } else if code == Command.clockMoved.rawValue {
      clockMoved(record.first_id, now: now)
    } else {
      counters.unknown &+= 1
    }
  }

  // MARK: one trade

  /// Applies a trade that is next in order (or, where holes are passed over, later): grid points before it, windows,
  /// resting exits, evaluation, pending entries. False, with nothing of the trade applied, when the outbox is full.
  @_noAllocation @_noLocks
  mutating func apply(_ record: apus_record, _ index: Int, trading: Bool, _ outbox: Outbox) -> Bool {
    if record.quantity_e8 == 0 {
      // It may tell a hole before it.
      if !outbox.hasRoom(strategies: strategies.count) { return false }
      noteId(record, index, outbox)
      symbols[index].plainFromId = record.id &+ 1
      return true
    }
    let t = record.time_ms > symbols[index].eventMillis ? record.time_ms : symbols[index].eventMillis
    while symbols[index].grid.nextMillis < t {
      if !outbox.hasRoom(strategies: strategies.count) { return false }
      passGridPoint(index, trading: trading, outbox)
    }
    if !outbox.hasRoom(strategies: strategies.count) { return false }
    noteId(record, index, outbox)
    if record.time_ms < t { counters.late &+= 1 }
    take(record, index, at: t)
    if stamps.isArmed { stamps.windowsNanos = apus_stamp_in_order_nanos() }
    if trading {
      if symbols[index].positions > 0 { runExits(index, at: t, price: record.price_e8, outbox) }
      if evaluatesEveryTrade { evaluate(index, at: t, decides: true, emits: emitsEveryEvaluation, outbox) }
      if stamps.isArmed { if evaluatesEveryTrade { stamps.scoredNanos = apus_stamp_in_order_nanos() } }
      if symbols[index].positions > 0 {
        fillEntries(index, at: t, aggId: record.id, price: record.price_e8, outbox)
        symbols[index].exitsId = record.id
      }
    }
    return true
  }

  /// The trade into windows and candles.
  @_noAllocation @_noLocks
  @inline(__always)
  mutating func take(_ record: apus_record, _ index: Int, at t: Int64) {
    if !symbols[index].hasTrade {
      symbols[index].hasTrade = true
      symbols[index].firstMillis = t
      symbols[index].plainFromId = record.id
      symbols[index].grid.start(firstTradeMillis: t)
    }
    symbols[index].eventMillis = t
    symbols[index].book.advance(to: t)
    symbols[index].candles.closeThrough(t)
    symbols[index].window.advance(to: t, pool: pool)
    let fits = symbols[index].window.add(
      timeMillis: t, price: record.price_e8, quantity: record.quantity_e8, flags: record.flags, pool: pool)
    if !fits {
      counters.poolExhausted &+= 1
      symbols[index].holeMillis = t
      symbols[index].holeUntilMillis = t &+ 86_400_000
      symbols[index].plainFromId = record.id &+ 1
      blockEntries(index)
    }
    symbols[index].candles.add(timeMillis: t, price: record.price_e8)
    symbols[index].lastAggId = record.id
    symbols[index].lastPrice = record.price_e8
  }

  /// Counts the trade, and the hole before it if there is one. A quantity of 0 changes nothing but the last seen id.
  @_noAllocation @_noLocks
  @inline(__always)
  private mutating func noteId(_ record: apus_record, _ index: Int, _ outbox: Outbox) {
    counters.trades &+= 1
    let expected = symbols[index].lastId &+ 1
    if symbols[index].hasId, record.id > expected { passOverGap(record, index, outbox) }
    symbols[index].hasId = true
    symbols[index].lastId = record.id
    if record.quantity_e8 == 0 { return }
    if symbols[index].livePrice == 0 || symbols[index].hold.count == 0 {
      symbols[index].livePrice = record.price_e8
      if record.time_ms > symbols[index].liveMillis { symbols[index].liveMillis = record.time_ms }
    }
  }

  /// The grid point at hand: windows stand at it, flow gets its slope, strategies may be evaluated.
  @_noAllocation @_noLocks
  mutating func passGridPoint(_ index: Int, trading: Bool, _ outbox: Outbox) {
    let g = symbols[index].grid.nextMillis
    symbols[index].book.advance(to: g)
    symbols[index].candles.closeThrough(g)
    symbols[index].window.advance(to: g, pool: pool)
    symbols[index].grid.pass(cvd: symbols[index].window.halfHour.cvd)
    let decides = !evaluatesEveryTrade
    let emits = decides ? emitsEveryEvaluation || emitsGridPoints : emitsGridPoints
    if decides || emits { evaluate(index, at: g, decides: decides && trading, emits: emits, outbox) }
  }
}
