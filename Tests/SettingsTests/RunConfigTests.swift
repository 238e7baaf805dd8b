import Domain
import Testing

@testable import Settings

private func raw(_ yaml: String, _ environment: [String: String] = [:]) -> RawConfig {
  var raw = RawConfig()
  raw.apply(yaml: yaml, file: "apus.yaml")
  raw.apply(environment: environment)
  return raw
}

private func violations(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
  do {
    _ = try RunConfig(raw(yaml, environment))
    return []
  } catch {
    return error.violations.map(\.description)
  }
}

struct RunConfigTests {
  @Test func defaultsAreComplete() throws {
    let config = try RunConfig(RawConfig())
    #expect(config.symbols == ["BTCUSDT", "ETHUSDT"])
    #expect(config.paper == PaperConfig())
    #expect(config.venue.environment == .production)
    #expect(config.evaluation == .everyTrade && config.wait == .backoff)
  }

  @Test func readsAFile() throws {
    let yaml = """
      version: 1
      mode: paper
      venue: {name: binance, environment: sim, rest_url: "https://127.0.0.1:9/", stream_url: wss://127.0.0.1:9}
      symbols:
        - BTCUSDT
        - 币安人生USDT
      strategies: [a.json]
      paper: {slippage_bps: 2, taker_fee_pct: 0.04, maker_fee_pct: -0.01, latency_ms: 50}
      risk: {risk_per_trade_usd: 25, max_cost_r: 0.5}
      evaluation: {every: 15s}
      wait: spin
      history: {files: {BTCUSDT: [one.csv, two.csv.gz]}}
      indicators: i.jsonl
      log: {level: debug, format: json}
      """
    let config = try RunConfig(raw(yaml))
    #expect(config.venue.restUrl == "https://127.0.0.1:9")
    #expect(config.symbols == ["BTCUSDT", "币安人生USDT"])
    #expect(config.paper.slippage == 0.0002 && config.paper.latencyMillis == 50)
    #expect(config.paper.riskPerTradeUsd == 25 && config.maxCostR == 0.5)
    #expect(config.evaluation == .every15s && config.wait == .spin)
    #expect(config.historyFiles == ["BTCUSDT": ["one.csv", "two.csv.gz"]])
    #expect(config.log == RunConfig.Log(level: "debug", format: "json"))
  }

  @Test(arguments: [
    ("mode: live", "apus.yaml:2: mode = live: live trading is not in this version"),
    ("mode: replay", "mode = replay: must be paper"),
    ("risk: {risk_per_trade_usd: \"10\"}", "risk.risk_per_trade_usd = \"10\": must be a number above 0"),
    ("risk: {risk_per_trade_usd: true}", "risk.risk_per_trade_usd = true: must be a number above 0"),
    ("risk: {risk_per_trade_usd: .inf}", "must be a number above 0"),
    ("risk: {risk_per_trade_usd: 1e400}", "must be a number above 0"),
    ("risk: {max_positions: 3}", "risk.max_positions = 3: this version does not have it yet: remove it"),
    ("store: {path: x}", "store: this version does not have it yet"),
    ("sinks: []", "sinks = []: this version does not have it yet"),
    ("alerts: {events: [fill]}", "this version does not have it yet"),
    ("symbol: [A]", "apus.yaml:2: symbol = [A]: unknown key"),
    ("symbols: []", "symbols = []: must be a list of at least one name"),
    ("symbols: [BTCUSDT, BTCUSDT]", "BTCUSDT appears twice"),
    ("symbols: [btcusdt]", "btcusdt is no symbol"),
    ("symbols: BTCUSDT", "symbols = BTCUSDT: must be a list"),
    ("contract_types: [OPTION]", "OPTION is unknown"),
    ("venue: {rest_url: \"https://a\"}", "venue.rest_url = \"https://a\": only a simulated venue has it"),
    ("evaluation: {every: 30s}", "evaluation.every = 30s: must be trade or 15s"),
    ("history: {files: {SOLUSDT: [a]}}", "SOLUSDT is not among `symbols`"),
    ("paper: 3", "paper = 3: must be a mapping"),
    ("paper: {latency_ms: 1.5}", "paper.latency_ms = 1.5: must be a whole number"),
    ("symbols: [A]\nsymbols: [B]", "symbols: appears twice"),
    ("log: {level", "correct the YAML"),
  ])
  func namesFileKeyAndValue(line: String, expected: String) {
    let found = violations("version: 1\n" + line + "\n")
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(expected) == true, "\(found)")
    #expect(found.first?.hasPrefix("apus.yaml:") == true, "\(found)")
  }

  @Test func versionIsRequired() {
    #expect(violations("mode: paper").contains("apus.yaml: version: is missing: add `version: 1`"))
    #expect(violations("version: 2").first?.contains("version = 2: must be 1") == true)
    #expect(violations("- a").count == 1)
    #expect(violations("").count == 1)
  }

  @Test func tellsEverythingAtOnce() {
    let found = violations(
      "version: 1\nmode: live\nstore: {}\nwait: nap\npaper:\n  latency_ms: -1\n", ["APUS__RISK__SIZE": "1"])
    #expect(found.count == 5, "\(found)")
    #expect(found.contains { $0.hasPrefix("apus.yaml:6: paper.latency_ms = -1") }, "\(found)")
  }

  @Test func simulatedVenueNeedsItsUrls() {
    let found = violations("version: 1\nvenue: {environment: sim}\n")
    #expect(found.count == 2 && found.allSatisfy { $0.contains("a simulated venue needs it") }, "\(found)")
  }

  @Test func environmentWinsOverTheFile() throws {
    let raw = raw(
      "version: 1\nrisk: {risk_per_trade_usd: 5}\n",
      [
        "APUS__RISK__RISK_PER_TRADE_USD": "3", "APUS__SYMBOLS": "BTCUSDT, SOLUSDT", "APUS__RISK__MAX_COST_R": "null",
        "APUS__HISTORY__FILES__SOLUSDT": "a.csv,b.csv", "APUS_BINANCE_API_KEY": "x", "PATH": "/bin",
      ])
    let config = try RunConfig(raw)
    #expect(config.paper.riskPerTradeUsd == 3)
    #expect(config.symbols == ["BTCUSDT", "SOLUSDT"])
    #expect(config.historyFiles == ["SOLUSDT": ["a.csv", "b.csv"]])
    #expect(raw["risk.risk_per_trade_usd"].origin == .environment("APUS__RISK__RISK_PER_TRADE_USD"))
  }

  @Test func strangersInTheEnvironmentAreTold() {
    let found = violations("version: 1", ["APUS__RISK__MAX_POSITIONS": "3", "APUS__NONSENSE": "x"])
    #expect(found.count == 2, "\(found)")
    #expect(found.contains { $0.contains("APUS__NONSENSE = x: unknown key") }, "\(found)")
    #expect(found.contains { $0.contains("APUS__RISK__MAX_POSITIONS = 3: this version does not have it yet") })
    #expect(
      violations("version: 1", ["APUS__RISK__RISK_PER_TRADE_USD": "lots"]).first?.hasPrefix("environment APUS__")
        == true)
  }

  @Test func optionsWinOverAll() throws {
    var raw = raw("version: 1\nwait: spin\n", ["APUS__WAIT": "spin"])
    raw.apply(option: "--wait", path: "wait", value: .text("backoff"))
    #expect(try RunConfig(raw).wait == .backoff)
    #expect(raw.yaml.contains("wait: backoff"))
    #expect(raw.yaml.contains("# command line --wait"))
  }

  @Test func whatIsShownReadsBackTheSame() throws {
    let yaml =
      "version: 1\nsymbols: [\"1000PEPEUSDT\"]\nhistory: {files: {1000PEPEUSDT: [\"a b.csv\", c]}}\nwait: spin\n"
    let first = raw(yaml)
    let again = raw(first.yaml)
    #expect(try RunConfig(first) == RunConfig(again))
    #expect(first.yaml.contains("# apus.yaml:4"))
    #expect(first.yaml.contains("# default"))
    #expect(first.json.contains("\"wait\":{\"value\":\"spin\",\"origin\":\"apus.yaml:4\"}"))
  }

  @Test func ofTwoCostLimitsTheStrictestWins() throws {
    var strategy = StrategyConfig(
      name: "a", version: "1", threshold: 1, stopLossAtr: 1, takeProfit1Atr: 1, takeProfit2Atr: 1, cooldownMillis: 0,
      warmUpMillis: 0, holdCloseMillis: 1, maxCostR: nil, signals: [])
    var config = try RunConfig(RawConfig())
    #expect(config.maxCostR(of: strategy) == nil)
    config.maxCostR = 0.5
    #expect(config.maxCostR(of: strategy) == 0.5)
    strategy.maxCostR = 0.3
    #expect(config.maxCostR(of: strategy) == 0.3)
    strategy.maxCostR = 0.9
    #expect(config.maxCostR(of: strategy) == 0.5)
  }

  @Test(arguments: [
    ("symbols: all", RunConfig.SymbolChoice.all), ("symbols: [all]", .all), ("symbols: top:50", .top(50)),
    ("symbols: {top: 50}", .top(50)), ("symbols: [top:1]", .top(1)), ("symbols: [BTCUSDT]", .list(["BTCUSDT"])),
  ])
  func symbolsAreAListOrAChoice(line: String, expected: RunConfig.SymbolChoice) throws {
    #expect(try RunConfig(raw("version: 1\n" + line)).symbolChoice == expected)
    // As a person would write it in the environment or as an option.
    #expect(try RunConfig(raw("version: 1", ["APUS__SYMBOLS": "top:7"])).symbolChoice == .top(7))
  }

  @Test(arguments: ["[all, BTCUSDT]", "top:0", "top:1025", "top:x", "[top:5, all]", "{bottom: 5}"])
  func aChoiceStandsAloneAndHasItsBounds(value: String) throws {
    #expect(throws: SettingsError.self) { try RunConfig(raw("version: 1\nsymbols: \(value)")) }
  }
}
