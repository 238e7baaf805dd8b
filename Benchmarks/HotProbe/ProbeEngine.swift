import CRecords
import Domain
import HotPath
import Memory

/// An engine as in a live run, its outbox and the rings its news go to. Handed about by value: nothing in it is counted.
struct ProbeEngine {
  /// A step of the clock for so many trades, as the live engine makes one every 100 ms.
  static var tradesPerTick: Int { 1_024 }

  private let engine: UnsafeMutablePointer<Engine>
  private let outbox = Outbox()
  private let signals = Ring<FiredSignal>(capacity: 1 << 12)
  private let paper = Ring<PaperEvent>(capacity: 1 << 12)
  private let gaps = Ring<GapEvent>(capacity: 1 << 9)
  private var now: Int64 = 0

  init(_ input: ProbeInput, _ strategies: [StrategyConfig], timing: EvaluationTiming) {
    var limits = EngineLimits()
    limits.trades = 1 << 23
    engine = .allocate(capacity: 1)
    engine.initialize(
      to: Engine(
        EngineConfig(
          symbols: input.symbols, strategies: strategies, timing: timing, output: .none, gapPolicy: .hold,
          limits: limits)))
    // History is empty: live trades may flow.
    var end = apus_record()
    end.kind = EventKind.historyEnd.rawValue
    // Nobody is to ask for a past.
    end.flags = RecordFlags.gaveUp
    now = input.trades[0].time_ms
    step(end)
  }

  /// One record to its end, its news into the rings. `now` is the latest T.
  @inline(__always)
  mutating func step(_ record: apus_record) {
    while true {
      let outcome = engine.pointee.step(record, now: now, into: outbox)
      if !outbox.isEmpty { tell() }
      if case .done = outcome { return }
    }
  }

  /// A trade, and with some of them a step of the clock.
  @inline(__always)
  mutating func trade(_ record: apus_record, number: Int) {
    if record.time_ms > now { now = record.time_ms }
    step(record)
    tick(after: number)
  }

  /// The same, timed as the live engine's thread times it.
  @inline(__always)
  mutating func trade(_ record: apus_record, number: Int, _ timing: inout EngineTiming) {
    if record.time_ms > now { now = record.time_ms }
    if timing.isUsual(record) {
      timing.count()
      step(record)
    } else {
      timing.begin(record, &engine.pointee)
      step(record)
      timing.end(nowMillis: now, &engine.pointee)
    }
    tick(after: number)
  }

  @inline(__always)
  private mutating func tick(after number: Int) {
    if number % Self.tradesPerTick == 0 {
      var tick = apus_record()
      tick.kind = EventKind.tick.rawValue
      tick.time_ms = now
      step(tick)
    }
  }

  /// Empties the outbox. A full ring refuses, which is counted.
  @inline(never)
  private func tell() {
    var index = 0
    while index < outbox.signalCount {
      _ = signals.push(outbox.signal(index))
      index &+= 1
    }
    index = 0
    while index < outbox.paperCount {
      _ = paper.push(outbox.paperEvent(index))
      index &+= 1
    }
    index = 0
    while index < outbox.gapCount {
      _ = gaps.push(outbox.gap(index))
      index &+= 1
    }
    outbox.clear()
  }

  /// Forgets the news of the warm-up.
  func forget() {
    var signal = Zeroed.signal
    while signals.pop(into: &signal) {}
    var event = Zeroed.paper
    while paper.pop(into: &event) {}
  }

  /// What the rings hold. Empties them.
  func outcome() -> ProbeOutcome {
    precondition(
      signals.refused() + paper.refused() + gaps.refused() == 0 && gaps.backlog() == 0, "all news found room, no gap")
    var outcome = ProbeOutcome()
    var signal = Zeroed.signal
    while signals.pop(into: &signal) {
      outcome.signals += 1
      outcome.mix(signal.evaluation.aggId)
      outcome.mix(Int64(bitPattern: signal.evaluation.score.bitPattern))
    }
    var event = Zeroed.paper
    while paper.pop(into: &event) {
      outcome.paper += 1
      outcome.mix(Int64(bitPattern: event.position.grossUsd.bitPattern))
    }
    return outcome
  }
}
