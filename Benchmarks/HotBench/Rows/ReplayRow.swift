import BenchMarket
import CBaselines
import CClock
import CRecords
import Foundation
import HotPath
import Replay

/// `apus replay` of a plain CSV, whole runs with opening, mapping and making an engine: evaluated on the 15 s grid and
/// after every trade. Nothing is written, so that the disk is not measured.
struct ReplayRow: BenchRow {
  let names = ["replay.grid.csv", "replay.every_trade.csv"]

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let count = source.isQuick ? 1_000_000 : 3_000_000
    let trades = source.isRecorded ? source.trades : SeededMarket(seed: source.seed, trades: count).trades
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hot-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/trades.csv"
    try TradeCSV.write(trades, to: path)
    var request = ReplayRequest(
      inputs: [TradeInput(symbol: source.symbol, paths: [path])], strategies: source.strategies)
    request.indicators = SeededIndicators.records(
      seed: source.seed, fromMillis: trades[0].time_ms, throughMillis: trades[trades.count - 1].time_ms)
    var results: [RowResult] = []
    for name in names where name.hasPrefix(prefix) {
      request.timing = name == names[0] ? .everyGridPoint : .everyTrade
      try check(name, request, source, signalsPath: folder + "/signals.csv")
      results.append(try measure(name, request, source, trades: trades.count))
    }
    return results
  }

  private func measure(_ name: String, _ request: ReplayRequest, _ source: BenchSource, trades: Int) throws -> RowResult
  {
    let runs = source.isQuick ? 7 : 11
    var ours: [Double] = []
    var theirs: [Double] = []
    for run in 0..<runs {
      for side in 0..<2 {
        let start = apus_monotonic_nanos()
        if (run + side) & 1 == 0 {
          _ = try ReplayRun.run(request)
          ours.append(Double(apus_monotonic_nanos() - start) / Double(trades))
        } else {
          _ = baseline(request, source)
          theirs.append(Double(apus_monotonic_nanos() - start) / Double(trades))
        }
      }
    }
    let times = BatchTimes(nanos: ours)
    return RowResult(
      name: name, ours: times, baselineName: "c++ replay", baseline: BatchTimes(nanos: theirs), items: runs * trades,
      batch: trades, tradesPerSecond: 1e9 / times.min, tradesPerSecondGoal: 5_000_000)
  }

  /// The same counts and the same signals, by id.
  private func check(_ name: String, _ request: ReplayRequest, _ source: BenchSource, signalsPath: String) throws {
    var request = request
    request.signalsPath = signalsPath
    let summary = try ReplayRun.run(request)
    let rows = try String(contentsOfFile: signalsPath, encoding: .utf8).split(separator: "\n").dropFirst()
    try FileManager.default.removeItem(atPath: signalsPath)
    let engine = baseline(request, source)
    let state = engine.state
    let mine = [summary.trades, summary.late, summary.dropped, summary.gaps, summary.evaluations, summary.signals]
    let their = [state.trades, state.late, state.dropped, state.gaps, state.evaluations, state.signals]
    if mine != their {
      throw Mismatch(name, at: -1, "trades, late, dropped, gaps, evaluations, signals", ours: mine, theirs: their)
    }
    for (index, row) in rows.prefix(4_096).enumerated() {
      guard let fired = apus_baseline_fired_at(engine.handle, Int32(index))?.pointee else { continue }
      let id = withUnsafeBytes(of: fired.id) { String(decoding: $0, as: UTF8.self) }
      if !row.hasSuffix("," + id) { throw Mismatch(name, at: index, "signal", ours: row, theirs: id) }
    }
  }

  private func baseline(_ request: ReplayRequest, _ source: BenchSource) -> BaselineEngine {
    let path = request.inputs[0].paths[0]
    var capacity = 16
    while capacity < request.indicators.count { capacity *= 2 }
    let engine = BaselineEngine(
      symbol: source.symbol, strategies: source.strategies, trades: Int(ReplayRun.fileBytes(path) / 16) + 4_096,
      indicators: capacity, everyTrade: request.timing == .everyTrade, holdsGaps: false)
    let taken = apus_baseline_replay(engine.handle, path, request.indicators, Int64(request.indicators.count))
    precondition(taken > 0, "a file that the check has read")
    return engine
  }
}
