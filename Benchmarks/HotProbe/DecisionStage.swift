import CRecords
import Domain
import HotPath

/// Frames to decisions on one thread.
final class DecisionStage: ProbeStage {
  let signalsExpected = true
  private let input: ProbeInput
  private let plant: Plant
  private var engine: ProbeEngine
  private var indicator = 0
  private var decided = 0

  init(_ input: ProbeInput, _ strategies: [StrategyConfig], _ plant: Plant) {
    self.input = input
    self.plant = plant
    engine = ProbeEngine(input, strategies, timing: .everyTrade)
  }

  /// Without frames: parsing has nothing to remember, and writing them takes longer than all else under callgrind.
  func warmUp() {
    var indicators = IndicatorCursor(input.indicators, next: 0)
    var index = 0
    while index < input.warmUp {
      indicators.stepDue(at: input.trades[index].time_ms, &engine)
      engine.trade(input.trades[index], number: index)
      index += 1
    }
    indicator = indicators.next
    engine.forget()
  }

  func run() { decide(input.warmUp..<input.warmUp + input.count, plant) }

  @inline(never)
  private func decide(_ range: Range<Int>, _ plant: Plant) {
    let frames = Frames(input)
    let symbols = input.symbols.index
    var indicators = IndicatorCursor(input.indicators, next: indicator)
    var engine = engine
    var record = apus_record()
    var trades = 0
    var index = range.lowerBound
    while index < range.upperBound {
      if case .trade = AggTradeFrame.parse(frames[index].span, symbols: symbols, into: &record) {
        record.kind = EventKind.trade.rawValue
        indicators.stepDue(at: record.time_ms, &engine)
        engine.trade(record, number: index)
        trades &+= 1
      }
      plant.perform(index)
      index &+= 1
    }
    indicator = indicators.next
    decided = trades
    self.engine = engine
  }

  func finish() -> ProbeOutcome {
    var outcome = engine.outcome()
    outcome.trades = decided
    return outcome
  }
}
