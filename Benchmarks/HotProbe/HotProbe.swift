import ArgumentParser
import CProbe
import Foundation
import HotPath
import Settings

/// One stage of the hot path over a seeded market, between two marks that counters see. It measures nothing itself.
@main
struct HotProbe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hot-probe",
    abstract: "Runs one stage of the hot path between two marks, for tools that count from outside.",
    discussion: """
      STAGES
        parse      frames to records
        window     records through the engine: order, windows, candles, exits; strategies on the 15 s grid only
        score      the same with both strategies evaluated after each trade: the difference is scoring
        decision   frames to decisions: parse and score, indicators among them
        ring       push and pop on one thread
        pipeline   as live: one thread parses and pushes, one pops, spins and decides; outcomes go to rings

      window, score, decision and pipeline fail when no signal fires among the trades counted.

      PLANTED FAULTS, for the test of the gate, in APUS_PROBE_PLANT
        instructions:N   N instructions more for each trade
        allocation       a malloc and a free for each thousandth trade
        syscall          a syscall for each thousandth trade

      EXAMPLES
        hot-probe decision
        hot-probe pipeline --trades 1000000
        strace -f -o calls.txt hot-probe pipeline
        valgrind --tool=callgrind --collect-atstart=no --toggle-collect=apus_probe_section hot-probe parse
      """)

  @Argument(help: "parse, window, score, decision, ring or pipeline.")
  var stage: StageName

  @Option(help: "Trades between the marks.")
  var trades = 1_000_000

  @Option(help: "Trades before the first mark.")
  var warmUp = 200_000

  @Option(help: "Hours over which all of them are spread: above 24, so that trades leave the longest window.")
  var hours = 30.0

  @Option(help: "Seed of the market.")
  var seed: UInt64 = 1

  @Option(help: "Folder of the strategy files.", completion: .directory)
  var strategies = "strategies"

  func validate() throws {
    guard (1_000...50_000_000).contains(trades), (1_000...50_000_000).contains(warmUp), hours >= 1, hours <= 1_000
    else {
      throw ValidationError("--trades and --warm-up go from 1000 to 50000000, --hours from 1 to 1000")
    }
  }

  func run() throws {
    let plant = try Plant.fromEnvironment()
    let configs = try ["v51_baseline.json", "v52_8signals.json"].map {
      try StrategyFile.load(strategies + "/" + $0, catalog: SignalCatalog.all)
    }
    let input = ProbeInput(
      seed: seed, warmUp: warmUp, trades: trades, hours: hours, framesOfWarmUp: stage == .pipeline)
    let stage: any ProbeStage =
      switch stage {
      case .parse: ParseStage(input, plant)
      case .window: StepStage(input, configs, plant, timing: .everyGridPoint)
      case .score: StepStage(input, configs, plant, timing: .everyTrade)
      case .decision: DecisionStage(input, configs, plant)
      case .ring: RingStage(input, plant)
      case .pipeline: PipelineStage(input, configs, plant)
      }
    stage.warmUp()
    counted(stage)
    let outcome = stage.finish()
    print(
      "{\"stage\":\"\(self.stage.rawValue)\",\"trades\":\(outcome.trades),\"signals\":\(outcome.signals),"
        + "\"paper\":\(outcome.paper),\"checksum\":\(outcome.checksum)}")
    guard outcome.trades == trades else {
      throw ProbeFailure(text: "\(outcome.trades) of \(trades) trades came through: the stage loses trades")
    }
    if stage.signalsExpected, outcome.signals == 0 {
      throw ProbeFailure(text: "no signal fired among \(trades) trades: take more --trades or another --seed")
    }
  }

  private func counted(_ stage: any ProbeStage) {
    let box = StageBox(stage)
    // SAFETY: the box outlives the call, which is all that uses the pointer.
    apus_probe_counted(
      { context in
        guard let context else { return }
        Unmanaged<StageBox>.fromOpaque(context).takeUnretainedValue().stage.run()
      }, Unmanaged.passUnretained(box).toOpaque())
    withExtendedLifetime(box) {}
  }
}

/// A C function's context is one pointer, an existential two words.
private final class StageBox {
  let stage: any ProbeStage
  init(_ stage: any ProbeStage) { self.stage = stage }
}

enum StageName: String, ExpressibleByArgument, CaseIterable {
  case parse, window, score, decision, ring, pipeline
}

struct ProbeFailure: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
