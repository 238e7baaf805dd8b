import ArgumentParser
import Domain
import Foundation
import HotPath
import Replay
import Settings

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Runs aggTrades files through the engine: evaluations, signals, paper trades.",
    discussion: """
      EXAMPLES
        apus replay --symbol BTCUSDT --trades BTCUSDT-aggTrades-2026-09-30.zip --paper paper.csv
        apus replay --symbol BTCUSDT --trades btc.csv.gz --symbol ETHUSDT --trades eth.csv.gz \\
                    --indicators indicators.jsonl --every 15s --output evaluations.csv --signals signals.csv

      FILE is a data.binance.vision aggTrades CSV, with or without header, plain, .gz or .zip. Several files of one
      symbol are applied in the order given; ids decide. The last line on standard output is a JSON summary.
      A file appears under its name only when it is whole; it must be neither an input nor another output.
      Exit codes: 64 usage, 65 a broken input file, 66 a missing one, 74 an output that cannot be written,
      130 stopped by Ctrl-C: then no file is written.
      """)

  @Option(help: "Symbol of the --trades that follow; repeat for several symbols.")
  var symbol: [String] = []

  @Option(help: "An aggTrades file of the symbol before it; repeat for several files.", completion: .file())
  var trades: [String] = []

  @Option(help: "Market indicators as JSON lines.", completion: .file())
  var indicators: String?

  @Option(help: "Evaluate after every trade, or at each point of the 15 s grid.")
  var every: Every = .trade

  @Option(
    help: "A strategy file; repeat for several. Default: both shipped strategies.",
    completion: .file(extensions: ["json"]))
  var strategy: [String] = []

  @Option(help: "Write every evaluation to this CSV.", completion: .file())
  var output: String?

  @Option(help: "Write fired signals to this CSV.", completion: .file())
  var signals: String?

  @Option(help: "Write paper trades to this CSV.", completion: .file())
  var paper: String?

  @Flag(help: "No progress bar.")
  var quiet = false

  enum Every: String, ExpressibleByArgument {
    case trade
    case grid = "15s"
  }

  func run() throws {
    let inputs = try TradeArguments.inputs(Array(CommandLine.arguments.dropFirst()))
    let strategyPaths = strategy.isEmpty ? try ShippedStrategies.paths() : strategy
    try checkOutputs(inputs: inputs.flatMap(\.paths) + [indicators].compactMap(\.self) + strategyPaths)
    var request = ReplayRequest(inputs: inputs, strategies: try loadStrategies(strategyPaths))
    request.timing = every == .trade ? .everyTrade : .everyGridPoint
    request.evaluationsPath = output
    request.signalsPath = signals
    request.paperPath = paper
    if let indicators { request.indicators = try IndicatorRecords.loadForRun(indicators, symbols: request.symbols) }
    let total = inputs.flatMap(\.paths).reduce(0) { $0 + ReplayRun.fileBytes($1) }
    var progress =
      quiet
      ? ProgressBar("replay", total: total, unit: "B", isShown: false) : ProgressBar("replay", total: total, unit: "B")
    do {
      // Ctrl-C ends it between two trades, so that no partial file stays behind.
      Termination.install()
      let summary = try ReplayRun.run(request) { done, _ in
        progress.update(done)
        return !Termination.isRequested
      }
      progress.finish()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(summary), as: UTF8.self))
    } catch {
      progress.finish()
      guard let error = error as? ReplayError else { throw error }
      throw Failure(error)
    }
  }

  /// Two files under one name would be written through each other, and an input would be replaced by its own result.
  private func checkOutputs(inputs: [String]) throws {
    do {
      try FilePlace.refuseClashes(outputs: [output, signals, paper].compactMap(\.self), inputs: inputs)
    } catch {
      throw Failure(.usage, error.description)
    }
  }

  private func loadStrategies(_ paths: [String]) throws -> [StrategyConfig] {
    do {
      return try StrategyFile.loadAll(paths, catalog: SignalCatalog.all)
    } catch {
      throw Failure(error, violations: .data)
    }
  }
}
