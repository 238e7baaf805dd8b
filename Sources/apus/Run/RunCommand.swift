import ArgumentParser
import Domain
import Foundation
import HotPath
import Logging
import Settings

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Trades on paper, live: market data over TLS, scores after every trade.",
    discussion: """
      EXAMPLES
        apus run --symbol BTCUSDT --symbol ETHUSDT
        apus run --config apus.yaml --indicators indicators.jsonl
        apus run --symbol BTCUSDT --history BTCUSDT=BTCUSDT-aggTrades-2026-09-30.zip
        apus run --venue sim --rest-url https://127.0.0.1:9443 --stream-url wss://127.0.0.1:9443 --ca ca.pem

      No key is needed: prices are public and fills are on paper. On a terminal the view is redrawn in place; keys:
      q quit, p pause or resume entries, e explain the newest signal, h help. Elsewhere lines are logged.
      Ctrl-C ends it cleanly. Options win over the environment (APUS__...), which wins over the file.
      Exit codes: 0 ended as asked, 64 usage, 65 broken input file, 66 missing file, 69 venue unreachable,
      78 configuration.
      """)

  @OptionGroup var options: ConfigOptions

  @Option(help: "binance (its production streams), demo, or sim (with --rest-url and --stream-url).")
  var venue: String?

  @Option(help: "REST base URL of a simulated venue.")
  var restUrl: String?

  @Option(help: "WebSocket base URL of a simulated venue.")
  var streamUrl: String?

  @Option(help: "PEM file of the authority that signed a simulated venue's certificate.", completion: .file())
  var ca: String?

  @Option(help: "A symbol to trade; repeat for several.")
  var symbol: [String] = []

  @Option(help: "A strategy file; repeat for several.", completion: .file(extensions: ["json"]))
  var strategy: [String] = []

  @Option(help: "Warm a symbol from an aggTrades file first: SYMBOL=FILE; repeat for several.")
  var history: [String] = []

  @Option(help: "Play market indicators from a file of JSON lines.", completion: .file())
  var indicators: String?

  @Option(help: "Evaluate after every trade (trade) or on the 15 s grid (15s).")
  var every: String?

  @Option(help: "End by itself after this many seconds.")
  var duration: Double?

  @Option(help: "Write every signal, fill and gap to this file as JSON lines.", completion: .file())
  var jsonEvents: String?

  @Option(
    help: "At the end, write each symbol's windows and the run's counters to this file as JSON lines.",
    completion: .file())
  var windows: String?

  @Flag(help: "Log lines even on a terminal.")
  var lines = false

  func validate() throws {
    if let duration, !(duration > 0 && duration < 1e9) {
      throw ValidationError("--duration \(duration): give seconds above 0")
    }
  }

  func run() throws {
    let config = try settings()
    let strategies = try loadStrategies(config)
    let showsView = TerminalView.isPossible && !lines
    // A log line would tear the picture; what matters of it is on the screen.
    var logger = Logger(label: "apus") { LineLogHandler(label: $0, isMuted: showsView) }
    logger.logLevel = Logger.Level(rawValue: config.log.level) ?? .info
    try MachinePlacement.apply(config.placement, logger: logger)
    let session = try LiveSession(config, strategies: strategies, name: options.name(), logger: logger)
    let log = try jsonEvents.map { try EventLog($0) }
    let loop = RunLoop(
      session: session, venue: Self.name(config.venue), log: log, format: config.log.format,
      durationSeconds: duration)
    if showsView { try loop.runWithView() } else { try loop.runWithLines() }
    if let windows { try WindowsFile.write(session, to: windows) }
    if config.log.format != "json" { print(loop.summary()) }
  }

  /// File, environment and options, checked together.
  private func settings() throws -> RunConfig {
    var raw = try options.raw()
    func text(_ option: String, _ path: String, _ value: String?) {
      if let value { raw.apply(option: option, path: path, value: .text(value)) }
    }
    text("--venue", "venue.environment", venue.map { $0 == "binance" ? "production" : $0 })
    text("--rest-url", "venue.rest_url", restUrl)
    text("--stream-url", "venue.stream_url", streamUrl)
    text("--ca", "venue.ca_file", ca)
    text("--indicators", "indicators", indicators)
    text("--every", "evaluation.every", every)
    if !symbol.isEmpty { raw.apply(option: "--symbol", path: "symbols", value: .texts(symbol)) }
    if !strategy.isEmpty { raw.apply(option: "--strategy", path: "strategies", value: .texts(strategy)) }
    if !history.isEmpty {
      raw.apply(option: "--history", path: "history.files", value: .textsByName(try historyFiles()))
    }
    do {
      return try RunConfig(raw)
    } catch {
      throw Failure(error, violations: .configuration)
    }
  }

  private func historyFiles() throws -> [ConfigValue.NamedTexts] {
    var files: [ConfigValue.NamedTexts] = []
    for entry in history {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw Failure(.usage, "--history \(entry): write SYMBOL=FILE") }
      if let known = files.firstIndex(where: { $0.name == parts[0] }) {
        files[known].texts.append(parts[1])
      } else {
        files.append(ConfigValue.NamedTexts(name: parts[0], texts: [parts[1]]))
      }
    }
    return files
  }

  /// Strategies with the configuration's `max_cost_r` laid over their own.
  private func loadStrategies(_ config: RunConfig) throws -> [StrategyConfig] {
    do {
      // The default names the shipped files below the working directory; elsewhere they lie beside the executable.
      let areDefaults = config.strategies == ShippedStrategies.names.map { "strategies/" + $0 }
      let paths = areDefaults ? try ShippedStrategies.paths() : config.strategies
      return try StrategyFile.loadAll(paths, catalog: SignalCatalog.all).map { strategy in
        var strategy = strategy
        strategy.maxCostR = config.maxCostR(of: strategy)
        return strategy
      }
    } catch let error as SettingsError {
      throw Failure(error, violations: .configuration)
    }
  }

  private static func name(_ venue: RunConfig.Venue) -> String {
    venue.environment == .production ? "binance" : "binance \(venue.environment.rawValue)"
  }
}
