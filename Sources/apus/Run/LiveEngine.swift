import CClock
import CRecords
import Domain
import HotPath
import Memory
import Venues

/// The engine thread: takes events from its rings, stamps them with now, steps, and hands on what came of it.
///
/// Rings are looked at in a fixed order, commands first; each gets a bounded batch, so that a burst in one cannot starve
/// the others. What leaves goes through rings of its own to whoever watches; a watcher that sleeps loses news, which is
/// counted, and never holds the engine up.
final class LiveEngine: Sendable {
  static var tickMillis: UInt64 { 100 }
  /// Records taken from one ring before the next is looked at.
  static var batch: Int { 256 }

  let inputs: EngineInputs
  let news: EngineNews
  let clock: EngineClock
  let board: SnapshotBoard
  private let config: EngineConfig
  private let wait: any WaitStrategy & Sendable
  private let stages: LatencyStages
  private let thread: RunThread

  init(
    _ config: EngineConfig, inputs: EngineInputs, news: EngineNews, clock: EngineClock,
    wait: any WaitStrategy & Sendable, stages: LatencyStages, cpu: Int? = nil
  ) {
    self.config = config
    self.inputs = inputs
    self.news = news
    self.clock = clock
    self.wait = wait
    self.stages = stages
    thread = RunThread("engine", cpu: cpu)
    let first = Engine(config)
    board = SnapshotBoard(first)
    first.deallocate()
  }

  func start() throws(VenueError) { try thread.start { [self] in run() } }

  /// Ends the thread and waits for it.
  func stop() { thread.stop { inputs.doorbell.ring() } }

  private func run() {
    var engine = Engine(config)
    let outbox = Outbox()
    var timing = EngineTiming(stages)
    var wait: any WaitStrategy = wait
    var tick = apus_record()
    tick.kind = EventKind.tick.rawValue
    var now = EngineNow(monotonicMillis: Self.monotonicMillis(), offsetMillis: clock.monotonicOffsetMillis)
    var nextTickNanos = apus_monotonic_nanos()
    while !thread.isStopping {
      let worked = takeBatches(&engine, outbox, &now, &timing)
      if apus_monotonic_nanos() >= nextTickNanos {
        nextTickNanos = apus_monotonic_nanos() + Self.tickMillis * 1_000_000
        readClock(&engine, outbox, &now)
        tick.time_ms = now.millis
        step(&engine, tick, now.millis, outbox)
        board.publish(engine, nowMillis: now.millis)
      }
      if worked {
        wait.worked()
      } else {
        wait.wait(on: inputs.doorbell, deadlineNanos: nextTickNanos) { inputs.hasWork() }
      }
    }
    board.publishEnd(engine, nowMillis: now.millis)
  }

  private static func monotonicMillis() -> Int64 { Int64(apus_monotonic_nanos() / 1_000_000) }

  /// That the clock was set elsewhere is an event of its own, before any other that would see it.
  @inline(__always)
  private func readClock(_ engine: inout Engine, _ outbox: Outbox, _ now: inout EngineNow) {
    let moved = now.advance(monotonicMillis: Self.monotonicMillis(), offsetMillis: clock.monotonicOffsetMillis)
    if moved != 0 { tellMoved(moved, &engine, outbox, now.millis) }
  }

  @inline(never)
  private func tellMoved(_ millis: Int64, _ engine: inout Engine, _ outbox: Outbox, _ now: Int64) {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = Command.clockMoved.rawValue
    record.first_id = millis
    step(&engine, record, now, outbox)
  }

  /// True when there was anything to do.
  private func takeBatches(
    _ engine: inout Engine, _ outbox: Outbox, _ now: inout EngineNow, _ timing: inout EngineTiming
  ) -> Bool {
    var worked = false
    for ring in inputs.all {
      var groups = Self.batch / EngineTiming.tradesMax
      while groups > 0, takeGroup(ring, &engine, outbox, &now, &timing) { groups -= 1 }
      if groups < Self.batch / EngineTiming.tradesMax { worked = true }
    }
    return worked
  }

  /// Takes as many records as one reading of the clock is good for: at most 64, which take some 8 us. now is told in ms, and a
  /// reading costs a fifth of a decision. False when the ring was empty.
  @inline(__always)
  private func takeGroup(
    _ ring: RecordRing, _ engine: inout Engine, _ outbox: Outbox, _ now: inout EngineNow, _ timing: inout EngineTiming
  ) -> Bool {
    var record = apus_record()
    if !ring.pop(into: &record) { return false }
    readClock(&engine, outbox, &now)
    var left = EngineTiming.tradesMax
    repeat {
      if record.kind != EventKind.trade.rawValue {
        step(&engine, record, now.millis, outbox)
      } else if timing.isUsual(record) {
        timing.count()
        step(&engine, record, now.millis, outbox)
      } else {
        timing.begin(record, &engine)
        step(&engine, record, now.millis, outbox)
        timing.end(nowMillis: now.millis, &engine)
      }
      left -= 1
    } while left > 0 && ring.pop(into: &record)
    timing.settle()
    return true
  }

  private func step(_ engine: inout Engine, _ record: apus_record, _ now: Int64, _ outbox: Outbox) {
    while true {
      let outcome = engine.step(record, now: now, into: outbox)
      if !outbox.isEmpty { news.take(outbox) }
      if case .done = outcome { return }
    }
  }
}
