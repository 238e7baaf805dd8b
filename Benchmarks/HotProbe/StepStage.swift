import Domain
import HotPath

/// Records through the engine.
final class StepStage: ProbeStage {
  let signalsExpected = true
  private let input: ProbeInput
  private let plant: Plant
  private var engine: ProbeEngine
  private var indicator = 0
  private var stepped = 0

  init(_ input: ProbeInput, _ strategies: [StrategyConfig], _ plant: Plant, timing: EvaluationTiming) {
    self.input = input
    self.plant = plant
    engine = ProbeEngine(input, strategies, timing: timing)
  }

  func warmUp() {
    step(0..<input.warmUp, Plant())
    engine.forget()
    stepped = 0
  }

  func run() { step(input.warmUp..<input.warmUp + input.count, plant) }

  @inline(never)
  private func step(_ range: Range<Int>, _ plant: Plant) {
    // Locals: an object's fields would be checked for exclusive access at each of their uses.
    let trades = input.trades
    var indicators = IndicatorCursor(input.indicators, next: indicator)
    var engine = engine
    var index = range.lowerBound
    while index < range.upperBound {
      indicators.stepDue(at: trades[index].time_ms, &engine)
      engine.trade(trades[index], number: index)
      plant.perform(index)
      index &+= 1
    }
    indicator = indicators.next
    stepped = range.count
    self.engine = engine
  }

  func finish() -> ProbeOutcome {
    var outcome = engine.outcome()
    outcome.trades = stepped
    return outcome
  }
}
