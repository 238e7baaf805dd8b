import Domain
import Foundation

/// Turns settings as written into a `RunConfig`, noting all that is wrong.
struct ConfigCheck {
  let raw: RawConfig
  private let allowedCpus: CpuList?
  private(set) var violations: [Violation]

  init(_ raw: RawConfig, allowedCpus: CpuList?) {
    self.raw = raw
    self.allowedCpus = allowedCpus
    violations = raw.violations
  }

  /// nil when something is wrong.
  mutating func config() -> RunConfig? {
    _ = integer("version")
    mode()
    _ = choice("venue.name")
    let venue = venue()
    let symbols = names("symbols")
    let contractTypes = names("contract_types")
    let strategies = paths("strategies")
    let paper = paper()
    let maxCostR = number("risk.max_cost_r")
    let evaluation = choice("evaluation.every").flatMap(RunConfig.Evaluation.init(rawValue:))
    let wait = choice("wait").flatMap(RunConfig.Wait.init(rawValue:))
    let placement = placement(wait)
    let trades = integer("memory.trades_max")
    let minutes = integer("history.rest_minutes")
    let history = pathsBySymbol("history.files", symbols: symbols ?? [])
    let indicators = text("indicators")
    let level = choice("log.level")
    let format = choice("log.format")
    guard
      let venue, let symbols, let contractTypes, let strategies, let paper, let evaluation, let wait, let placement,
      let history, let trades, let minutes, let level, let format, violations.isEmpty
    else { return nil }
    return RunConfig(
      venue: venue, symbols: symbols, tradesMost: Int(trades), historyMinutes: minutes, contractTypes: contractTypes,
      strategies: strategies,
      paper: paper,
      maxCostR: maxCostR, evaluation: evaluation, wait: wait, placement: placement, historyFiles: history,
      indicatorsFile: indicators, log: RunConfig.Log(level: level, format: format))
  }

  // MARK: groups

  private mutating func mode() {
    if raw["mode"].value == .text("live") {
      violate("mode", "live trading is not in this version: set `mode: paper`")
    } else {
      _ = choice("mode")
    }
  }

  private mutating func venue() -> RunConfig.Venue? {
    let environment = choice("venue.environment").flatMap(RunConfig.Environment.init(rawValue:))
    let rest = url("venue.rest_url")
    let stream = url("venue.stream_url")
    let authority = text("venue.ca_file")
    guard let environment else { return nil }
    for path in ["venue.rest_url", "venue.stream_url", "venue.ca_file"] where environment != .sim {
      if raw[path].value != .null {
        violate(path, "only a simulated venue has it: remove it or set `venue.environment: sim`")
      }
    }
    for path in ["venue.rest_url", "venue.stream_url"] where environment == .sim {
      if raw[path].value == .null { violate(path, "a simulated venue needs it: give its base URL") }
    }
    return RunConfig.Venue(environment: environment, restUrl: rest, streamUrl: stream, caFile: authority)
  }

  private mutating func paper() -> PaperConfig? {
    let slippage = number("paper.slippage_bps")
    let taker = number("paper.taker_fee_pct")
    let maker = number("paper.maker_fee_pct")
    let latency = integer("paper.latency_ms")
    let risk = number("risk.risk_per_trade_usd")
    guard let slippage, let taker, let maker, let latency, let risk else { return nil }
    var paper = PaperConfig()
    paper.slippage = slippage / 10_000
    paper.takerFee = taker / 100
    paper.makerFee = maker / 100
    paper.latencyMillis = latency
    paper.riskPerTradeUsd = risk
    return paper
  }

  private mutating func placement(_ wait: RunConfig.Wait?) -> RunConfig.Placement? {
    var placement = RunConfig.Placement()
    placement.engineCpu = cpu("placement.engine_cpu")
    placement.feedCpu = cpu("placement.feed_cpu")
    placement.otherCpus = cpus("placement.other_cpus")
    placement.feedPolls = choice("placement.feed_wait") == "poll"
    let spin = integer("placement.spin_us")
    let yield = integer("placement.yield_us")
    placement.locksMemory = flag("placement.lock_memory") ?? false
    if let cpu = placement.engineCpu, cpu == placement.feedCpu, wait == .spin {
      violate("placement.feed_cpu", "the engine spins on this cpu: choose another one, or `wait: backoff`")
    }
    guard let spin, let yield else { return nil }
    placement.spinNanos = UInt64(spin) * 1_000
    placement.yieldNanos = UInt64(yield) * 1_000
    return placement
  }

  // MARK: kinds

  private mutating func violate(_ path: String, _ problem: String) {
    let entry = raw[path]
    violations.append(entry.origin.violation(path, entry.value, problem))
  }

  private func kind(_ path: String) -> ConfigKey.Kind? { ConfigKey.find(path)?.kind }

  private mutating func choice(_ path: String) -> String? {
    guard case .choice(let choices)? = kind(path) else { preconditionFailure("\(path) is no choice") }
    if case .text(let text) = raw[path].value, choices.contains(text) { return text }
    violate(path, "must be \(choices.joined(separator: " or "))")
    return nil
  }

  private mutating func integer(_ path: String) -> Int64? {
    guard case .integer(let range)? = kind(path) else { preconditionFailure("\(path) is no integer") }
    if case .number(let text) = raw[path].value, let value = Int64(text), range.contains(value) { return value }
    let bounds = range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "a whole number \(Self.text(range))"
    violate(path, "must be \(bounds)")
    return nil
  }

  private mutating func flag(_ path: String) -> Bool? {
    if case .bool(let value) = raw[path].value { return value }
    violate(path, "must be true or false")
    return nil
  }

  private mutating func cpu(_ path: String) -> Int? {
    if raw[path].value == .null { return nil }
    guard case .number(let text) = raw[path].value, let cpu = Int(text), CpuList.possible.contains(cpu) else {
      violate(path, "must be null or a processor's number: `nproc --all` counts them, from 0 on")
      return nil
    }
    return checkAllowed(path, CpuList([cpu])) ? cpu : nil
  }

  private mutating func cpus(_ path: String) -> CpuList? {
    let text: String
    switch raw[path].value {
    case .null: return nil
    case .number(let number): text = number
    case .text(let words): text = words
    default: text = ""
    }
    guard let cpus = CpuList(text) else {
      violate(path, "must be null or a list of processors such as 0,2-3")
      return nil
    }
    return checkAllowed(path, cpus) ? cpus : nil
  }

  private mutating func checkAllowed(_ path: String, _ cpus: CpuList) -> Bool {
    guard let allowedCpus, !cpus.numbers.isSubset(of: allowedCpus.numbers) else { return true }
    violate(
      path,
      "this process may run on \(allowedCpus) only: choose of them, or widen them (taskset, systemd's CPUAffinity)")
    return false
  }

  private mutating func number(_ path: String) -> Double? {
    guard case .number(let range, let aboveLower, let nullable)? = kind(path) else {
      preconditionFailure("\(path) is no number")
    }
    if nullable, raw[path].value == .null { return nil }
    if case .number(let text) = raw[path].value, let value = Double(text), range.contains(value),
      !aboveLower || value > range.lowerBound
    {
      return value
    }
    let lower = StrictReader.text(range.lowerBound)
    let upper = StrictReader.text(range.upperBound)
    let bounds = aboveLower ? "above \(lower) and at most \(upper)" : "from \(lower) to \(upper)"
    violate(path, "must be \(nullable ? "null or " : "")a number \(bounds)")
    return nil
  }

  private mutating func text(_ path: String) -> String? {
    switch raw[path].value {
    case .null: return nil
    case .text(let text) where !text.isEmpty: return text
    default:
      violate(path, "must be a path or null")
      return nil
    }
  }

  private mutating func url(_ path: String) -> String? {
    guard case .url(let schemes)? = kind(path) else { preconditionFailure("\(path) is no URL") }
    if raw[path].value == .null { return nil }
    if case .text(let text) = raw[path].value, let url = URLComponents(string: text),
      schemes.contains(url.scheme ?? ""), !(url.host ?? "").isEmpty, url.query == nil
    {
      return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
    violate(path, "must be a URL such as \(schemes[0])://127.0.0.1:8443")
    return nil
  }

  private mutating func paths(_ path: String) -> [String]? {
    guard case .texts(let texts) = raw[path].value, !texts.isEmpty, !texts.contains("") else {
      violate(path, "must be a list of at least one path")
      return nil
    }
    return texts
  }

  private mutating func names(_ path: String) -> [String]? {
    guard case .names(let choices)? = kind(path) else { preconditionFailure("\(path) is no list of names") }
    guard case .texts(let names) = raw[path].value, !names.isEmpty else {
      violate(path, "must be a list of at least one name")
      return nil
    }
    if choices.isEmpty, names.contains(where: { $0 == "all" || $0.hasPrefix("top:") }) {
      if names.count > 1 { violate(path, "`all` and `top:N` stand alone: remove the other names") }
      if names.count == 1, names[0] != "all", RunConfig.topCount(names[0]) == nil {
        violate(path, "\(names[0]): write top:N with N from 1 to \(RunConfig.symbolsMost)")
      }
      return names
    }
    for (index, name) in names.enumerated() {
      if names[..<index].contains(name) { violate(path, "\(name) appears twice: keep one") }
      if choices.isEmpty, !Self.isSymbol(name) { violate(path, "\(name) is no symbol: write it like BTCUSDT") }
      if !choices.isEmpty, !choices.contains(name) {
        violate(path, "\(name) is unknown: choose of \(choices.joined(separator: ", "))")
      }
    }
    return names
  }

  private mutating func pathsBySymbol(_ path: String, symbols: [String]) -> [String: [String]]? {
    guard case .textsByName(let lists) = raw[path].value else {
      violate(path, "must be a list of files for each symbol: `{BTCUSDT: [a.csv]}`")
      return nil
    }
    var files: [String: [String]] = [:]
    for list in lists {
      let isOpen = symbols == ["all"] || symbols.first?.hasPrefix("top:") == true
      if !isOpen, !symbols.contains(list.name) { violate(path, "\(list.name) is not among `symbols`: add it there") }
      if list.texts.isEmpty || list.texts.contains("") { violate(path, "\(list.name) has no file: name one") }
      files[list.name] = list.texts
    }
    return files
  }

  /// The venue lists symbols in Chinese too; whatever it is, it goes unquoted into CSV and lower-cased into URLs.
  private static func isSymbol(_ name: String) -> Bool {
    let allowed = name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
    }
    return allowed && (1...32).contains(name.utf8.count) && name == name.uppercased()
  }

  private static func text(_ range: ClosedRange<Int64>) -> String { "from \(range.lowerBound) to \(range.upperBound)" }
}
