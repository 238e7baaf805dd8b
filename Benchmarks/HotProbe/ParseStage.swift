import CRecords
import HotPath

/// Frames to records.
final class ParseStage: ProbeStage {
  let signalsExpected = false
  private let input: ProbeInput
  private let plant: Plant
  private var outcome = ProbeOutcome()

  init(_ input: ProbeInput, _ plant: Plant) {
    self.input = input
    self.plant = plant
  }

  func warmUp() { _ = parse(input.warmUp..<input.warmUp + 1_000, Plant()) }

  func run() { outcome = parse(input.warmUp..<input.warmUp + input.count, plant) }

  @inline(never)
  private func parse(_ range: Range<Int>, _ plant: Plant) -> ProbeOutcome {
    let frames = Frames(input)
    let symbols = input.symbols.index
    var outcome = ProbeOutcome()
    var record = apus_record()
    var index = range.lowerBound
    while index < range.upperBound {
      if case .trade = AggTradeFrame.parse(frames[index].span, symbols: symbols, into: &record) {
        outcome.trades &+= 1
        outcome.mix(record.price_e8)
      }
      plant.perform(index)
      index &+= 1
    }
    return outcome
  }

  func finish() -> ProbeOutcome { outcome }
}
