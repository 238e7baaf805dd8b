import ArgumentParser
import Foundation
import HotPath
import Replay
import Settings

/// Trades a second of `apus replay` on one core: both shipped strategies, plain CSV, evaluations written to a file.
///
/// Wall clock of whole runs, files and parsing included, since that is what an operator waits for. The best run is what
/// the machine can do, the median what it usually does; a mean would measure the neighbours.
@main
struct ReplayBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay-bench", abstract: "Trades a second of `apus replay`, on the grid and at every trade.",
    discussion: """
      EXAMPLES
        replay-bench
        replay-bench --trades 500000 --runs 3 --json
      """)

  /// What the best run on the grid must reach.
  static let requiredTradesPerSecond = 2_000_000.0

  @Option(help: "Trades of the generated day.")
  var trades = 3_000_000

  @Option(help: "Runs on the grid; at every trade one run, which takes far longer a trade.")
  var runs = 5

  @Option(help: "Runs at every trade; 0 leaves them out.")
  var everyTradeRuns = 1

  @Option(help: "Seed of the generated day.")
  var seed: UInt64 = 1

  @Option(help: "Folder of the strategy files.", completion: .directory)
  var strategies = "strategies"

  @Flag(help: "One line of JSON a measurement instead of the table.")
  var json = false

  @Flag(help: "Exit 0 however slow it was.")
  var noGate = false

  func validate() throws {
    guard (1_000...100_000_000).contains(trades), (1...1_000).contains(runs), (0...1_000).contains(everyTradeRuns)
    else {
      throw ValidationError("--trades goes from 1000 to 100000000, --runs from 1 and --every-trade-runs from 0 to 1000")
    }
  }

  func run() throws {
    let configs = try ["v51_baseline.json", "v52_8signals.json"].map {
      try StrategyFile.load(strategies + "/" + $0, catalog: SignalCatalog.all)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("replay-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/BTCUSDT-aggTrades.csv"
    try TradeDay(seed: seed, trades: trades).write(to: path)

    var request = ReplayRequest(inputs: [TradeInput(symbol: "BTCUSDT", paths: [path])], strategies: configs)
    request.evaluationsPath = folder + "/evaluations.csv"
    request.timing = .everyGridPoint
    if !json { print(Measurement.heading) }
    let grid = try measure("replay.grid.csv", request, runs: runs)
    if everyTradeRuns > 0 {
      request.timing = .everyTrade
      _ = try measure("replay.every_trade.csv", request, runs: everyTradeRuns)
    }
    let best = grid.tradesPerSecond(grid.best)
    if best < Self.requiredTradesPerSecond, !noGate {
      let line =
        "replay-bench: \(Int(best)) trades/s on the grid, below the required \(Int(Self.requiredTradesPerSecond)): "
        + "build with -c release, on an idle machine, or pass --no-gate\n"
      FileHandle.standardError.write(Data(line.utf8))
      throw ExitCode(1)
    }
  }

  private func measure(_ name: String, _ request: ReplayRequest, runs: Int) throws -> Measurement {
    let bytes = ReplayRun.fileBytes(request.inputs[0].paths[0])
    var nanos: [Int64] = []
    for _ in 0..<runs {
      let clock = ContinuousClock()
      let elapsed = try clock.measure {
        let summary = try ReplayRun.run(request)
        precondition(summary.trades == Int64(trades), "every generated trade is replayed")
      }
      nanos.append(elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
    }
    let measurement = Measurement(name: name, trades: trades, bytes: bytes, nanos: nanos.sorted())
    print(json ? measurement.json : measurement.row)
    return measurement
  }
}
