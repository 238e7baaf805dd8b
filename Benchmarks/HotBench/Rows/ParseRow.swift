import BenchMarket
import CBaselines
import CRecords
import Domain
import HotPath

/// Frames to records: combined and raw against the schema scanner, combined against simdjson.
struct ParseRow: BenchRow {
  let names = ["parse.combined", "parse.raw", "parse.combined_vs_simdjson"]
  private let symbols = [
    "BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "BNBUSDT", "DOGEUSDT", "1000PEPEUSDT", "ADAUSDT", "LINKUSDT",
    "AVAXUSDT",
    "SUIUSDT", "LTCUSDT", "TRXUSDT", "BCHUSDT", "1000SHIBUSDT", "NEARUSDT",
  ]

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    // Frames of many contracts come over one connection: each trade gets one of sixteen by its id.
    var trades = Array(source.trades.suffix(source.itemsMax))
    for index in trades.indices {
      let mixed = UInt64(bitPattern: trades[index].id) &* 0x9E37_79B9_7F4A_7C15
      trades[index].symbol = UInt32(mixed >> 60)
    }
    let table = SymbolTable(symbols)
    let scanner = BaselineScanner(symbols)
    var results: [RowResult] = []
    for form in FrameForm.allCases {
      let wanted = names.filter { $0.hasPrefix(form == .combined ? "parse.combined" : "parse.raw") }
        .filter { $0.hasPrefix(prefix) }
      if wanted.isEmpty { continue }
      let frames = FrameArena(trades, form: form, names: symbols)
      for name in wanted {
        let other: BaselineParser = name.hasSuffix("simdjson") ? .simdjson : .scanner
        if other == .simdjson, apus_baseline_has_simdjson() == 0 { continue }
        let check = FrameCheck(row: name, table: table, scanner: scanner, parser: other)
        try check.compare(frames, with: trades)
        if other == .scanner { try check.compareHostile(frames) }
        results.append(measure(name, frames, table, scanner, other, source.clock))
      }
    }
    return results
  }

  private func measure(
    _ name: String, _ frames: FrameArena, _ table: SymbolTable, _ scanner: BaselineScanner, _ parser: BaselineParser,
    _ clock: TickClock
  ) -> RowResult {
    let batches = frames.count / batchItems
    let index = table.index
    let records = UnsafeMutablePointer<apus_record>.allocate(capacity: batchItems)
    records.initialize(repeating: apus_record(), count: batchItems)
    defer { records.deallocate() }
    var outcomes: UInt64 = 0
    let base = frames.base
    let offsets = frames.offsets
    let run = PairedRun(
      batches: batches,
      prepare: { batch in
        // A frame has just been decrypted when it is parsed: its lines are in the cache for both sides.
        var at = offsets[batch * batchItems]
        while at < offsets[(batch + 1) * batchItems] {
          outcomes &+= UInt64(base[at] & 0)
          at += 64
        }
      },
      ours: { batch in
        var item = 0
        while item < batchItems {
          let at = offsets[batch &* batchItems &+ item]
          let end = offsets[batch &* batchItems &+ item &+ 1]
          let frame = UnsafeBufferPointer(start: base + at, count: end &- at).span
          outcomes &+= UInt64(AggTradeFrame.parse(frame, symbols: index, into: &records[item]).rawValue)
          item &+= 1
        }
      },
      theirs: { batch in
        var item = 0
        while item < batchItems {
          let at = offsets[batch &* batchItems &+ item]
          let end = offsets[batch &* batchItems &+ item &+ 1]
          switch parser {
          case .scanner:
            outcomes &+= UInt64(apus_baseline_scan(scanner.handle, base + at, end &- at, &records[item]))
          case .simdjson:
            outcomes &+= UInt64(
              apus_baseline_simdjson_scan(scanner.simdjson, scanner.handle, base + at, end &- at, &records[item]))
          }
          item &+= 1
        }
      })
    precondition(outcomes == 0, "every frame of the market is a trade")
    return RowResult(
      name: name, ours: BatchTimes(ticks: run.ours, itemsPerBatch: batchItems, clock: clock),
      baselineName: parser == .scanner ? "c++ scanner" : "simdjson",
      baseline: BatchTimes(ticks: run.theirs, itemsPerBatch: batchItems, clock: clock), items: batches * batchItems,
      batch: batchItems, goal: parser == .scanner ? 1.1 : nil)
  }
}
