import Domain
import HotPath

/// A strategy's JSON file, read strictly: every key is required, none may be unknown, and all that is wrong is told at
/// once. A default for a missing key was rejected: a strategy that trades money says all of what it does.
public enum StrategyFile {
  /// Reads and checks one file. The catalog names the signals a strategy may weigh, in the order scores are summed.
  public static func load(_ path: String, catalog: [SignalDescription]) throws(SettingsError) -> StrategyConfig {
    try parse(try FileBytes.read(path), file: path, catalog: catalog)
  }

  /// Reads several files; strategies that run together need names of their own, since names key tables and identifiers.
  public static func loadAll(
    _ paths: [String], catalog: [SignalDescription]
  ) throws(SettingsError) -> [StrategyConfig] {
    var strategies: [StrategyConfig] = []
    var violations: [Violation] = []
    var fileByName: [String: String] = [:]
    for path in paths {
      do {
        let strategy = try load(path, catalog: catalog)
        if let first = fileByName[strategy.name] {
          let problem = "is the name of \(first) too: give each strategy a name of its own"
          violations.append(Violation(source: path, key: "name", value: "\"\(strategy.name)\"", problem: problem))
        }
        fileByName[strategy.name] = path
        strategies.append(strategy)
      } catch {
        guard case .violations(let found) = error else { throw error }
        violations += found
      }
    }
    if strategies.count > EngineLimits.strategiesMax {
      let problem =
        "is the \(EngineLimits.strategiesMax + 1)th strategy: one engine takes at most \(EngineLimits.strategiesMax)"
      violations.append(Violation(source: paths[EngineLimits.strategiesMax], key: "", problem: problem))
    }
    if !violations.isEmpty { throw .violations(violations) }
    return strategies
  }

  /// Checks the bytes of a file; `file` is only what violations call it.
  public static func parse(
    _ bytes: [UInt8], file: String, catalog: [SignalDescription]
  ) throws(SettingsError) -> StrategyConfig {
    let root = try JsonNode.parse(bytes, file: file)
    var reader = StrictReader(file: file)
    let strategy = read(root, &reader, catalog)
    guard let strategy, reader.violations.isEmpty else { throw .violations(reader.violations) }
    return strategy
  }

  private static let keys = [
    "name", "version", "threshold", "stop_loss_atr", "take_profit_1_atr", "take_profit_2_atr", "cooldown_s",
    "warm_up_min", "hold_close_min", "max_cost_r", "signals",
  ]

  /// Distances beyond this many ATR are typing errors; so is a time of more than a week.
  private static let distanceAtr = StrictReader.Bounds(above: 0, through: 1000)
  private static let weekMinutes = 10_080.0

  private static func read(
    _ root: JsonNode, _ reader: inout StrictReader, _ catalog: [SignalDescription]
  ) -> StrategyConfig? {
    guard let object = reader.object(root, path: "", keys: keys) else { return nil }
    let name = reader.name(object, "name")
    let version = reader.name(object, "version")
    let threshold = reader.number(object, "threshold", .init(from: 0, through: 100))
    let stop = reader.number(object, "stop_loss_atr", distanceAtr)
    let first = reader.number(object, "take_profit_1_atr", distanceAtr)
    let second = reader.number(object, "take_profit_2_atr", distanceAtr)
    if let first, let second, second < first, let node = object.members["take_profit_2_atr"] {
      reader.violate(node, "take_profit_2_atr", "must not be below take_profit_1_atr (\(first))")
    }
    let cooldown = reader.number(object, "cooldown_s", .init(from: 0, through: weekMinutes * 60))
    let warmUp = reader.number(object, "warm_up_min", .init(from: 0, through: weekMinutes))
    let hold = reader.number(object, "hold_close_min", .init(above: 0, through: weekMinutes))
    let maxCost = reader.numberOrNull(object, "max_cost_r", .init(above: 0, through: 1000))
    let signals = signals(object, &reader, catalog)
    guard
      let name, let version, let threshold, let stop, let first, let second, let cooldown, let warmUp, let hold,
      let maxCost, let signals
    else { return nil }
    return StrategyConfig(
      name: name, version: version, threshold: threshold, stopLossAtr: stop, takeProfit1Atr: first,
      takeProfit2Atr: second, cooldownMillis: millis(cooldown, perUnit: 1000),
      warmUpMillis: millis(warmUp, perUnit: 60_000), holdCloseMillis: millis(hold, perUnit: 60_000),
      maxCostR: maxCost.value, signals: signals)
  }

  private static func millis(_ value: Double, perUnit: Double) -> Int64 { Int64((value * perUnit).rounded()) }

  /// The weighed signals in the catalog's order, whatever the file's: the sum of doubles depends on it.
  private static func signals(
    _ root: StrictReader.Object, _ reader: inout StrictReader, _ catalog: [SignalDescription]
  ) -> [SignalConfig]? {
    guard let node = root.members["signals"],
      let object = reader.object(node, path: "signals", optionalKeys: catalog.map(\.name), noun: "signal")
    else { return nil }
    guard !object.members.isEmpty else {
      reader.violate(node, "signals", "must weigh at least one signal")
      return nil
    }
    var signals: [SignalConfig] = []
    var weightSum: Double? = object.hasStrangers ? nil : 0
    for description in catalog {
      guard let node = object.members[description.name] else { continue }
      let keys = ["weight"] + description.parameters.map(\.key)
      guard let signal = reader.object(node, path: "signals.\(description.name)", keys: keys) else {
        weightSum = nil
        continue
      }
      let weight = reader.number(signal, "weight", .init(from: 0, through: 100))
      let parameters = description.parameters.map {
        reader.number(signal, $0.key, .init(from: $0.range.lowerBound, through: $0.range.upperBound))
      }
      weightSum = weight.flatMap { weight in weightSum.map { $0 + weight } }
      if let weight, !parameters.contains(nil) {
        let values = parameters.compactMap(\.self)
        if let problem = description.problem(values) { reader.violate(node, "signals.\(description.name)", problem) }
        signals.append(SignalConfig(name: description.name, weight: weight, parameters: values))
      }
    }
    // With a weight missing or wrong the sum would be a second complaint about the same mistake.
    if let weightSum, abs(weightSum - 100) > 1e-9 {
      let problem = "the weights sum to \(StrictReader.text(weightSum)): they must sum to 100"
      reader.violations.append(
        Violation(source: reader.file, line: node.line, key: "signals.*.weight", problem: problem))
    }
    return signals
  }
}
