import Foundation

/// One row of the table: a measurement of Apus beside its baseline in the same run.
struct RowResult {
  /// A contract with whoever reads `--json`: begins with parse, window, score, decision, ring or replay.
  var name: String
  var ours: BatchTimes
  var baselineName: String
  var baseline: BatchTimes
  var items: Int
  var batch: Int
  /// The ratio of minima that is to be reached; nil: none is set.
  var goal: Double?
  /// Set for replays, whose goal is a rate.
  var tradesPerSecond: Double?
  var tradesPerSecondGoal: Double?
  var bytesPerTrade: Double?
  /// Set where minima of the whole run are no pair: between two cores, whose distance changes from round to round.
  var pairedRatio: Double?
  /// What the figures alone do not say, for the table's reader.
  var note: String?
  /// The same for machines: further fields of the line of JSON.
  var extra: [(name: String, value: Double)] = []

  var ratio: Double { pairedRatio ?? ours.min / baseline.min }
  var ratioOfMedians: Double { ours.p50 / baseline.p50 }

  /// nil without a goal.
  var isReached: Bool? {
    if let tradesPerSecond, let tradesPerSecondGoal { return tradesPerSecond >= tradesPerSecondGoal }
    return goal.map { ratio <= $0 && (bytesPerTrade ?? 0) <= 32 }
  }

  static let heading =
    "row                          ns: min      p50      p99    p99.9   p99.99   baseline           min      p50   ratio"
    + "  of p50    goal"

  var row: String {
    var line = Self.pad(name, 27)
    for value in [ours.min, ours.p50, ours.p99, ours.p999, ours.p9999] { line += Self.number(value, 9) }
    line += "   " + Self.pad(baselineName, 13) + Self.number(baseline.min, 9) + Self.number(baseline.p50, 9)
    line += String(format: "%8.3f%8.3f", ratio, ratioOfMedians)
    if let tradesPerSecond, let tradesPerSecondGoal {
      line += String(format: "  %.2f M/s of %.0f", tradesPerSecond / 1e6, tradesPerSecondGoal / 1e6)
    } else if let goal {
      line += String(format: "%8.2f", goal)
    } else {
      line += "       -"
    }
    if let isReached { line += isReached ? "  reached" : "  missed" }
    if let tradesPerSecond, tradesPerSecondGoal == nil {
      line += String(format: "  %.2f M trades/s", tradesPerSecond / 1e6)
    }
    if let bytesPerTrade { line += String(format: "  %.1f bytes a trade held of 32", bytesPerTrade) }
    if let note { line += "  " + note }
    return line
  }

  var json: String {
    var fields = [
      "\"name\":\"\(name)\"", Self.field("min_ns", ours.min), Self.field("p50_ns", ours.p50),
      Self.field("p99_ns", ours.p99), Self.field("p999_ns", ours.p999), Self.field("p9999_ns", ours.p9999),
      "\"baseline\":\"\(baselineName)\"", Self.field("baseline_min_ns", baseline.min),
      Self.field("baseline_p50_ns", baseline.p50), Self.field("ratio", ratio),
      Self.field("ratio_p50", ratioOfMedians), "\"items\":\(items)", "\"batch\":\(batch)",
      "\"batches\":\(ours.batches)", "\"ratio_of\":\"\(pairedRatio == nil ? "minima" : "pairs")\"",
    ]
    if let goal { fields.append(Self.field("goal", goal)) }
    if let tradesPerSecond { fields.append("\"trades_per_second\":\(Int(tradesPerSecond))") }
    if let tradesPerSecondGoal { fields.append("\"trades_per_second_goal\":\(Int(tradesPerSecondGoal))") }
    if let bytesPerTrade {
      fields += [Self.field("bytes_per_trade", bytesPerTrade), "\"bytes_per_trade_goal\":32"]
    }
    if let isReached { fields.append("\"reached\":\(isReached)") }
    fields += extra.map { Self.field($0.name, $0.value) }
    fields += ["\"flags\":\"\(BuildFlags.apus)\"", "\"baseline_flags\":\"\(BuildFlags.baselines)\""]
    return "{" + fields.joined(separator: ",") + "}"
  }

  /// Four significant digits and never an exponent, which some readers of JSON lines do not expect.
  private static func field(_ name: String, _ value: Double) -> String {
    let decimals = value >= 1_000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3
    return "\"\(name)\":" + String(format: "%.\(decimals)f", value)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text.padding(toLength: width, withPad: " ", startingAt: 0)
  }

  private static func number(_ value: Double, _ width: Int) -> String {
    let text = String(format: value < 1_000 ? "%.2f" : "%.0f", value)
    return String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
