import BenchMarket
import CBaselines
import CRecords
import Domain
import HotPath

/// From a frame's bytes to whether a signal fires: parse, order of ids, grid, windows, exits, both strategies after every
/// trade, entries. A live engine with 24 h in its windows.
struct DecisionRow: BenchRow {
  let names = ["decision.frame"]

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let trades = source.trades
    let warm = source.warmCount
    let frames = FrameArena(trades[warm...], form: .combined, names: [source.symbol])
    let table = SymbolTable([source.symbol])
    let scanner = BaselineScanner([source.symbol])
    let batches = frames.count / batchItems
    let checked = filled(source)
    var signals = 0
    for batch in 0..<batches {
      ours(batch, frames, table.index, checked, now: trades[warm + batch * batchItems].time_ms + 50)
      theirs(batch, frames, scanner, checked, now: trades[warm + batch * batchItems].time_ms + 50)
      signals += try checked.compareSignals(names[0], at: batch)
      if batch % 4_001 == 0 { try checked.compare(names[0], at: batch) }
    }
    try checked.compareCounters(names[0])
    precondition(signals > 0 || trades.count < 1_000_000, "a market over which signals fire")

    let pair = filled(source)
    var now: Int64 = 0
    let base = frames.base
    let offsets = frames.offsets
    var touched: UInt8 = 0
    let run = PairedRun(
      batches: batches,
      prepare: { batch in
        now = trades[warm + batch * batchItems].time_ms + 50
        pair.outbox.clear()
        apus_baseline_told_clear(pair.theirs[0].handle)
        var at = offsets[batch * batchItems]
        while at < offsets[(batch + 1) * batchItems] {
          touched |= base[at]
          at += 64
        }
      },
      ours: { batch in ours(batch, frames, table.index, pair, now: now) },
      theirs: { batch in theirs(batch, frames, scanner, pair, now: now) })
    precondition(touched != 0, "frames have bytes")
    try pair.compareCounters(names[0])
    return [
      RowResult(
        name: names[0], ours: BatchTimes(ticks: run.ours, itemsPerBatch: batchItems, clock: source.clock),
        baselineName: "c++ composite",
        baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batchItems, clock: source.clock),
        items: batches * batchItems, batch: batchItems, goal: 1.15)
    ]
  }

  /// Live engines after history: a day in the windows, all indicators waiting for their time.
  private func filled(_ source: BenchSource) -> EnginePair {
    let trades = source.trades
    let pair = EnginePair(source, symbols: [source.symbol], trades: trades.count, everyTrade: true, holdsGaps: true)
    pair.give(indicators: source.indicators)
    for index in 0..<source.warmCount {
      var record = trades[index]
      record.kind = EventKind.historyTrade.rawValue
      pair.step(record, now: record.time_ms)
    }
    var end = apus_record()
    end.kind = EventKind.historyEnd.rawValue
    // Nobody is to ask for a past.
    end.flags = RecordFlags.gaveUp
    pair.step(end, now: trades[source.warmCount].time_ms)
    return pair
  }

  @inline(__always)
  private func ours(_ batch: Int, _ frames: FrameArena, _ symbols: SymbolIndex, _ pair: EnginePair, now: Int64) {
    let base = frames.base
    let offsets = frames.offsets
    let outbox = pair.outbox
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    var item = batch &* batchItems
    let end = item &+ batchItems
    while item < end {
      let at = offsets[item]
      let frame = UnsafeBufferPointer(start: base + at, count: offsets[item &+ 1] &- at).span
      if AggTradeFrame.parse(frame, symbols: symbols, into: &record) == .trade {
        _ = pair.ours.pointee.step(record, now: now, into: outbox)
      }
      item &+= 1
    }
  }

  @inline(__always)
  private func theirs(_ batch: Int, _ frames: FrameArena, _ scanner: BaselineScanner, _ pair: EnginePair, now: Int64) {
    let base = frames.base
    let offsets = frames.offsets
    let engine = pair.theirs[0].handle
    let handle = scanner.handle
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    var item = batch &* batchItems
    let end = item &+ batchItems
    while item < end {
      let at = offsets[item]
      if apus_baseline_scan(handle, base + at, offsets[item &+ 1] &- at, &record) == 0 {
        apus_baseline_step(engine, &record, now)
      }
      item &+= 1
    }
  }
}
