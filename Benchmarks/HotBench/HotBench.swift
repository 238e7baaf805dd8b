import ArgumentParser
import BenchMarket
import CBaselines
import Foundation
import HotPath
import Replay
import Settings

/// The hot path beside its baselines: every row runs both in this process, batch by batch in turn, after both have
/// given the same results.
@main
struct HotBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hot-bench", abstract: "Times the hot path against C++ doing the same work.",
    discussion: """
      A row's time is of one item (frame, trade, message); min, p50 and so on are over batches. ratio is min over min, of p50
      the same of the medians. Where a line says so (`ratio_of` in JSON), ratio is the median of pairs of neighbours instead: of
      long batches, and between two cores, whose distance changes.

      Exit codes: 1 a replay on the grid below 5 M trades/s (not with --no-gate), 64 usage, 65 too short a recording, 66 a
      file that cannot be read, 70 Apus and a baseline gave different results, and what differed is told.

      EXAMPLES
        hot-bench
        hot-bench --quick --json
        hot-bench --only parse
        hot-bench --recording BTCUSDT-aggTrades-2026-11-01.csv.gz --only decision
      """)

  @Flag(help: "Under a minute: a million items a row, fewer runs.")
  var quick = false

  @Option(help: "Only rows whose name begins so.")
  var only = ""

  @Option(help: "Seed of the generated market.")
  var seed: UInt64 = 1

  @Option(
    help: "An aggTrades file (data.binance.vision, .csv, .gz, .zip) instead of the generated market.",
    completion: .file())
  var recording: String?

  @Option(help: "Measure nothing; write the generated market as an aggTrades CSV.", completion: .file())
  var writeMarket: String?

  @Option(help: "Folder of the strategy files.", completion: .directory)
  var strategies = "strategies"

  @Flag(help: "One line of JSON a row instead of the table.")
  var json = false

  @Flag(help: "Exit 0 however slow it was.")
  var noGate = false

  func validate() throws {
    guard BenchRows.all.contains(where: { $0.names.contains { $0.hasPrefix(only) } }) else {
      let names = BenchRows.all.flatMap(\.names).joined(separator: ", ")
      throw ValidationError("--only \(only) is the beginning of no row: \(names)")
    }
  }

  func run() throws {
    do {
      try measure()
    } catch let error as ReplayError {
      Self.complain("\(error)")
      throw ExitCode(66)
    } catch let error as TooFewTrades {
      Self.complain("\(error)")
      throw ExitCode(65)
    } catch let error as SettingsError {
      Self.complain("\(error)")
      throw ExitCode(66)
    }
  }

  private func measure() throws {
    let configs = try ["v51_baseline.json", "v52_8signals.json"].map {
      try StrategyFile.load(strategies + "/" + $0, catalog: SignalCatalog.all)
    }
    let source = try BenchSource(seed: seed, isQuick: quick, recording: recording, strategies: configs)
    if let writeMarket { return try TradeCSV.write(source.trades, to: writeMarket) }
    // A run that wanders from core to core measures their caches.
    // The last of those it may run on: whoever calls it (`taskset`, tools/peers) has chosen them.
    if let last = CpuList.allowed()?.numbers.max() { _ = apus_baseline_pin(Int32(last)) }
    if !json { print(Self.heading(source)) }
    var replayed = Double.infinity
    for row in BenchRows.all where row.names.contains(where: { $0.hasPrefix(only) }) {
      do {
        for result in try row.run(source, only: only) {
          print(json ? result.json : result.row)
          fflush(nil)
          if result.name == "replay.grid.csv" { replayed = result.tradesPerSecond ?? replayed }
        }
      } catch let mismatch as Mismatch {
        Self.complain("\(mismatch): not the same work, nothing of it was timed")
        throw ExitCode(70)
      }
    }
    if replayed < Self.requiredTradesPerSecond, !noGate {
      Self.complain(
        "\(Int(replayed)) trades/s on the grid, below the required \(Int(Self.requiredTradesPerSecond)): build with "
          + "-c release, on an idle machine, or pass --no-gate")
      throw ExitCode(1)
    }
  }

  /// What a replay on the grid must reach wherever it is built right.
  private static let requiredTradesPerSecond = 5_000_000.0

  private static func complain(_ line: String) {
    FileHandle.standardError.write(Data("hot-bench: \(line)\n".utf8))
  }

  private static func heading(_ source: BenchSource) -> String {
    """
    Apus       \(BuildFlags.apus)
    baselines  \(BuildFlags.baselines)
    trades     \(source.origin)
    clock      \(String(format: "%.4f", source.clock.nanosPerTick)) ns a tick, \(source.clock.emptyTicks) ticks subtracted from each batch

    \(RowResult.heading)
    """
  }
}
