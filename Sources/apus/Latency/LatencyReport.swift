import Foundation
import HotPath

/// A reading as people and as scripts want it.
enum LatencyReport {
  private static let quantiles: [(title: String, key: String, value: Double)] = [
    ("p50", "p50_ns", 0.5), ("p90", "p90_ns", 0.9), ("p99", "p99_ns", 0.99), ("p99.9", "p99_9_ns", 0.999),
    ("p99.99", "p99_99_ns", 0.9999),
  ]

  static func table(_ reading: LatencyReading, intervalSeconds: Double?, style: Style) -> [String] {
    let columns = ["count", "min"] + quantiles.map(\.title) + ["max"]
    let rows = reading.stages.map { stage in
      let snapshot = stage.snapshot
      let nanos =
        [snapshot.minNanos] + quantiles.map { snapshot.quantileNanos($0.value) } + [snapshot.maxNanos]
      return ["\(stage.name)\(isComplete(stage.name) ? "*" : "")", "\(snapshot.count)"] + nanos.map(Figures.nanos)
    }
    let all = [["stage"] + columns] + rows
    let widths = all[0].indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }
    return [style.dim(title(reading.engine, intervalSeconds))] + [style.dim(lines[0])] + lines.dropFirst()
      + unsampled(reading).map(style.dim)
  }

  /// Why stages are empty while trades flow: some 50 pass between two samples, up to 254.
  private static func unsampled(_ reading: LatencyReading) -> [String] {
    let sampled = reading.stages.filter { !isComplete($0.name) }.reduce(0) { $0 + $1.snapshot.count }
    let decided = reading.stages.first { $0.name == LatencyStage.decision.name }?.snapshot.count ?? 0
    guard sampled == 0, decided > 0 else { return [] }
    return ["none of \(decided) trades was timed in full yet: some 50 pass between two that are, wait for more"]
  }

  private static func title(_ engine: LatencyEngine, _ intervalSeconds: Double?) -> String {
    let upMillis = Int64(Date().timeIntervalSince1970 * 1000) - engine.startedMillis
    let period = intervalSeconds.map { "last \(Figures.fixed($0, 1)) s" } ?? "since its start"
    let clock =
      engine.counterHz == 0 ? "clock_gettime" : "counter at \(Figures.fixed(Double(engine.counterHz) / 1e9, 3)) GHz"
    return "engine \(engine.pid) (\(engine.name))  up \(Figures.duration(upMillis))  \(engine.symbolCount) symbols  "
      + "\(period)  \(clock)  * all, else samples"
  }

  static func json(_ reading: LatencyReading, intervalSeconds: Double?) -> String {
    let engine = reading.engine
    let stages = reading.stages.map { stage in
      let snapshot = stage.snapshot
      func number(_ nanos: UInt64?) -> String { nanos.map { "\($0)" } ?? "null" }
      return JsonText.object(
        [
          ("name", JsonText.string(stage.name)), ("complete", "\(isComplete(stage.name))"),
          ("count", "\(snapshot.count)"), ("min_ns", number(snapshot.minNanos)),
        ] + quantiles.map { ($0.key, number(snapshot.quantileNanos($0.value))) }
          + [("max_ns", number(snapshot.maxNanos))])
    }
    return JsonText.object([
      ("pid", "\(engine.pid)"), ("engine", JsonText.string(engine.name)), ("started_ms", "\(engine.startedMillis)"),
      ("symbols", "\(engine.symbolCount)"), ("clock_hz", "\(engine.counterHz)"), ("drift_ppm", "\(engine.driftPpm)"),
      ("sample_spacing_ns", "\(engine.sampleSpacingNanos)"), ("interval_s", JsonText.number(intervalSeconds)),
      ("stages", JsonText.array(stages)),
    ])
  }

  private static func isComplete(_ name: String) -> Bool {
    LatencyStage.allCases.contains { $0.name == name && $0.isComplete }
  }
}
