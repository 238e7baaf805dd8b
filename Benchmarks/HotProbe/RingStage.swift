import CRecords
import HotPath
import Memory

/// A ring's two ends on one thread.
final class RingStage: ProbeStage {
  let signalsExpected = false
  private let input: ProbeInput
  private let plant: Plant
  private let ring = RecordRing(capacity: 1 << 10)
  private var outcome = ProbeOutcome()

  init(_ input: ProbeInput, _ plant: Plant) {
    self.input = input
    self.plant = plant
  }

  func warmUp() { _ = pass(0..<input.warmUp, Plant()) }

  func run() { outcome = pass(input.warmUp..<input.warmUp + input.count, plant) }

  @inline(never)
  private func pass(_ range: Range<Int>, _ plant: Plant) -> ProbeOutcome {
    let ring = ring
    let trades = input.trades
    var outcome = ProbeOutcome()
    var record = apus_record()
    var index = range.lowerBound
    while index < range.upperBound {
      if ring.push(trades[index]), ring.pop(into: &record) {
        outcome.trades &+= 1
        outcome.mix(record.id)
      }
      plant.perform(index)
      index &+= 1
    }
    return outcome
  }

  func finish() -> ProbeOutcome { outcome }
}
