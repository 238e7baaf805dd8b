import BenchMarket
import CClock
import CRecords
import Domain
import HotPath
import Memory

/// What timing costs: from a frame's bytes through the ring to the end of its step, as the feed's and the engine's threads
/// do it for one turn after the other, with stamps and without.
///
/// 512 trades a batch, so that each has its one to four trades that are timed in full. The ratio is the median of batch to
/// batch. `decision.stamps` is a burst: one turn, whose own stamp is in, as are eight readings for the ends.
/// `decision.stamps_alone` is the other end and the usual one at a few thousand trades a second, where a trade is alone in its
/// turn: it bears two readings of the counter and their counts by itself. The second reading and the counts come after
/// the decision, so they are time of the thread and not of the decision.
struct StampsRow: BenchRow {
  let names = ["decision.stamps", "decision.stamps_alone"]
  private static let batch = 512

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    _ = apus_stamps_calibrate(20, "/proc/cpuinfo")
    var results: [RowResult] = []
    if names[0].hasPrefix(prefix) { results.append(try measure(names[0], source, turn: Self.batch)) }
    if names[1].hasPrefix(prefix) { results.append(try measure(names[1], source, turn: 1)) }
    return results
  }

  /// `turn` frames in each turn of the feed.
  private func measure(_ name: String, _ source: BenchSource, turn: Int) throws -> RowResult {
    let trades = source.trades
    let warm = source.warmCount
    let frames = FrameArena(trades[warm...], form: .combined, names: [source.symbol])
    let table = SymbolTable([source.symbol])
    let batches = frames.count / Self.batch
    let timed = OneEngine(source, table)
    let plain = OneEngine(source, table)
    let stages = LatencyStages()
    defer { stages.deallocate() }
    var feed = FeedTiming(stages)
    var timing = EngineTiming(stages)
    var now: Int64 = 0
    var touched: UInt8 = 0
    let run = PairedRun(
      batches: batches,
      prepare: { batch in
        now = trades[warm + batch * Self.batch].time_ms + 50
        timed.outbox.clear()
        plain.outbox.clear()
        var at = frames.offsets[batch * Self.batch]
        while at < frames.offsets[(batch + 1) * Self.batch] {
          touched |= frames.base[at]
          at += 64
        }
      },
      ours: { batch in
        var first = batch &* Self.batch
        let end = first &+ Self.batch
        while first < end {
          timed.turn(frames, first, turn, now: now, &feed, &timing)
          first &+= turn
        }
      },
      theirs: { batch in
        var first = batch &* Self.batch
        let end = first &+ Self.batch
        while first < end {
          plain.turn(frames, first, turn, now: now)
          first &+= turn
        }
      })
    precondition(touched != 0, "frames have bytes")
    let seen = stages[.decision].snapshot().count
    guard seen == UInt64(batches * Self.batch), timed.counters == plain.counters else {
      throw Mismatch(
        name, at: batches * Self.batch, "trades timed, and counters", ours: (seen, timed.counters),
        theirs: plain.counters)
    }
    // Of neighbours: two batches of the same trades, one after the other. Minima of long batches stand alone too often.
    let ratios = zip(run.ours, run.theirs).map { Double($0) / Double(max(1, $1)) }.sorted()
    return RowResult(
      name: name, ours: BatchTimes(ticks: run.ours, itemsPerBatch: Self.batch, clock: source.clock),
      baselineName: "no stamps",
      baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: Self.batch, clock: source.clock),
      items: batches * Self.batch, batch: Self.batch, goal: 1.03, pairedRatio: ratios[ratios.count / 2],
      note: "median of pairs")
  }
}

/// An engine of one symbol with a day in its windows, and the ring before it. At an address of its own, so that no access
/// check is timed.
private final class OneEngine {
  private let engine: UnsafeMutablePointer<Engine>
  private let ring = RecordRing(capacity: 1024)
  private let symbols: SymbolIndex
  let outbox = Outbox()

  init(_ source: BenchSource, _ table: SymbolTable) {
    symbols = table.index
    let trades = source.trades
    var config = EngineConfig(
      symbols: table, strategies: source.strategies, timing: .everyTrade, output: .none, gapPolicy: .hold)
    config.limits.trades = trades.count
    config.limits.heldTrades = 2
    config.limits.indicators = source.indicatorsCapacity
    engine = .allocate(capacity: 1)
    engine.initialize(to: Engine(config))
    for record in source.indicators { _ = engine.pointee.step(record, now: record.id, into: outbox) }
    for index in 0..<source.warmCount {
      var record = trades[index]
      record.kind = EventKind.historyTrade.rawValue
      _ = engine.pointee.step(record, now: record.time_ms, into: outbox)
      outbox.clear()
    }
    var end = apus_record()
    end.kind = EventKind.historyEnd.rawValue
    // Nobody is to ask for a past.
    end.flags = RecordFlags.gaveUp
    _ = engine.pointee.step(end, now: trades[source.warmCount].time_ms, into: outbox)
  }

  deinit {
    engine.pointee.deallocate()
    engine.deinitialize(count: 1)
    engine.deallocate()
    ring.deallocate()
    outbox.deallocate()
  }

  var counters: [Int64] {
    let counters = engine.pointee.counters
    return [counters.trades, counters.late, counters.gaps, counters.evaluations, counters.signals]
  }

  @inline(never)
  func turn(
    _ frames: FrameArena, _ first: Int, _ count: Int, now: Int64, _ feed: inout FeedTiming, _ timing: inout EngineTiming
  ) {
    let arrivalNanos = apus_stamp_nanos()
    var item = first
    while item < first &+ count {
      var record = apus_record()
      record.kind = EventKind.trade.rawValue
      let isSampled = feed.begin(&record, arrivalNanos: arrivalNanos)
      if AggTradeFrame.parse(frame(frames, item).span, symbols: symbols, into: &record) == .trade {
        feed.parsed(&record, isSampled: isSampled)
        _ = ring.push(record)
      }
      item &+= 1
    }
    // As `LiveEngine` takes them.
    var record = apus_record()
    while ring.pop(into: &record) {
      var left = EngineTiming.tradesMax
      repeat {
        if timing.isUsual(record) {
          timing.count()
          _ = engine.pointee.step(record, now: now, into: outbox)
        } else {
          timing.begin(record, &engine.pointee)
          _ = engine.pointee.step(record, now: now, into: outbox)
          timing.end(nowMillis: now, &engine.pointee)
        }
        left &-= 1
      } while left > 0 && ring.pop(into: &record)
      timing.settle()
    }
  }

  @inline(never)
  func turn(_ frames: FrameArena, _ first: Int, _ count: Int, now: Int64) {
    var item = first
    while item < first &+ count {
      var record = apus_record()
      record.kind = EventKind.trade.rawValue
      if AggTradeFrame.parse(frame(frames, item).span, symbols: symbols, into: &record) == .trade {
        _ = ring.push(record)
      }
      item &+= 1
    }
    var record = apus_record()
    while ring.pop(into: &record) { _ = engine.pointee.step(record, now: now, into: outbox) }
  }

  @inline(__always)
  private func frame(_ frames: FrameArena, _ item: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: frames.base + frames.offsets[item], count: frames.offsets[item + 1] - frames.offsets[item])
  }
}
