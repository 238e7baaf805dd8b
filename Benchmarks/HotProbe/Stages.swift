import CRecords
import Domain
import HotPath
import Memory

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

  func warmUp() { _ = parse(0..<1_000, Plant()) }

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

  func warmUp() {
    decide(0..<input.warmUp, Plant())
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

  func warmUp() { _ = pass(0..<4_096 % input.count, Plant()) }

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

/// The frames of a run without the object that owns them.
struct Frames {
  private let base: UnsafePointer<UInt8>
  private let offsets: UnsafePointer<Int>

  init(_ input: ProbeInput) {
    base = input.frames.base
    offsets = input.frames.offsets
  }

  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + offsets[index], count: offsets[index &+ 1] &- offsets[index])
  }
}

/// Where a run stands in its indicators.
struct IndicatorCursor {
  private let records: UnsafeBufferPointer<apus_record>
  private(set) var next: Int

  init(_ records: UnsafeBufferPointer<apus_record>, next: Int) {
    self.records = records
    self.next = next
  }

  /// What was known by `millis`, into the engine.
  @inline(__always)
  mutating func stepDue(at millis: Int64, _ engine: inout ProbeEngine) {
    while next < records.count, records[next].id <= millis {
      engine.step(records[next])
      next &+= 1
    }
  }
}
