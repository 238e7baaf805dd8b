import CClock
import CRecords
import Domain
import Foundation
import HotPath
import Memory
import Synchronization

/// As live: a feed thread that parses frames, pushes and rings; an engine thread, this one, that pops, spins while there is
/// nothing, decides and tells; both with the stamps and histograms of production.
///
/// Indicators come through a ring of their own, filled by the feed's thread as well: a third thread on two cores would
/// only make the run longer.
final class PipelineStage: ProbeStage {
  let signalsExpected = true
  private let input: ProbeInput
  private let plant: Plant
  private let market = RecordRing(capacity: 1 << 16)
  private let indicators = RecordRing(capacity: 1 << 12)
  private let doorbell = Doorbell()
  private let stages = LatencyStages()
  private var engine: ProbeEngine
  private let gate = FeedGate()
  private var feed: Thread?
  private var taken = 0

  init(_ input: ProbeInput, _ strategies: [StrategyConfig], _ plant: Plant) {
    self.input = input
    self.plant = plant
    engine = ProbeEngine(input, strategies, timing: .everyTrade)
  }

  func warmUp() {
    _ = apus_stamps_calibrate(20, "/proc/cpuinfo")
    let feed = FeedLoop(input, market: market, indicators: indicators, doorbell: doorbell, stages)
    let gate = gate
    let warmUp = input.warmUp
    let end = input.warmUp + input.count
    let thread = Thread {
      var feed = feed
      feed.run(through: warmUp)
      gate.wait(for: 1)
      feed.run(through: end)
      // Lives until the marks are over: a thread's end is made of syscalls.
      gate.wait(for: 2)
      gate.endFeed()
    }
    thread.start()
    self.feed = thread
    take(0..<input.warmUp, Plant())
    engine.forget()
  }

  func run() {
    gate.open(1)
    taken = take(input.warmUp..<input.warmUp + input.count, plant)
  }

  /// Takes trades by their numbers out of the rings, and what indicators there are.
  @inline(never)
  @discardableResult
  private func take(_ range: Range<Int>, _ plant: Plant) -> Int {
    let market = market
    let indicators = indicators
    let doorbell = doorbell
    var timing = EngineTiming(stages)
    var wait = SpinWait()
    var engine = engine
    var record = apus_record()
    var number = range.lowerBound
    while number < range.upperBound {
      if market.pop(into: &record) {
        // The feed pushes an indicator before the first trade after its time, so it is there.
        var indicator = apus_record()
        while indicators.pop(into: &indicator) { engine.step(indicator) }
        engine.trade(record, number: number, &timing)
        plant.perform(number)
        number &+= 1
        if number % EngineTiming.tradesMax == 0 { timing.settle() }
        wait.worked()
      } else {
        timing.settle()
        wait.wait(on: doorbell, deadlineNanos: .max) { !market.isEmpty() }
      }
    }
    timing.settle()
    self.engine = engine
    return range.count
  }

  func finish() -> ProbeOutcome {
    gate.open(2)
    gate.joinFeed()
    precondition(
      stages[.decision].snapshot().count == UInt64(input.warmUp + input.count) && stages[.score].snapshot().count > 0,
      "each trade is timed end to end, some in full")
    var outcome = engine.outcome()
    outcome.trades = taken
    return outcome
  }
}

/// The feed's thread: what it may touch without a lock or a reference count.
private struct FeedLoop: @unchecked Sendable {
  private let frames: Frames
  private let symbols: SymbolIndex
  private let records: UnsafeBufferPointer<apus_record>
  private let market: RecordRing
  private let indicators: RecordRing
  private let doorbell: Doorbell
  private var timing: FeedTiming
  private var arrivalNanos: UInt64 = 0
  private var next = 0
  private var nextIndicator = 0

  init(
    _ input: ProbeInput, market: RecordRing, indicators: RecordRing, doorbell: Doorbell, _ stages: LatencyStages
  ) {
    frames = Frames(input)
    symbols = input.symbols.index
    records = input.indicators
    self.market = market
    self.indicators = indicators
    self.doorbell = doorbell
    timing = FeedTiming(stages)
  }

  @inline(never)
  mutating func run(through end: Int) {
    var record = apus_record()
    while next < end {
      // A turn of a socket's loop brings eight frames.
      if next % 8 == 0 || arrivalNanos == 0 { arrivalNanos = apus_stamp_nanos() }
      let isSampled = timing.begin(&record, arrivalNanos: arrivalNanos)
      guard case .trade = AggTradeFrame.parse(frames[next].span, symbols: symbols, into: &record) else {
        fatalError("a frame of the seeded market is a trade")
      }
      record.kind = EventKind.trade.rawValue
      record.now_delta_ms = 0
      timing.parsed(&record, isSampled: isSampled)
      while nextIndicator < records.count, records[nextIndicator].id <= record.time_ms {
        while !indicators.push(records[nextIndicator]) { apus_spin_hint() }
        nextIndicator &+= 1
      }
      // Live, a full ring loses the trade; here the feed waits, so that each arrives.
      while !market.push(record) { apus_spin_hint() }
      next &+= 1
      if next % 8 == 0 {
        doorbell.ring()
        timing.turned(arrivalNanos: arrivalNanos)
      }
    }
  }
}

/// Where the feed's thread waits without a syscall, and where its end is waited for.
private final class FeedGate: Sendable {
  private let opened = Atomic<Int>(0)
  private let ended = DispatchSemaphore(value: 0)

  func open(_ position: Int) { opened.store(position, ordering: .releasing) }

  func wait(for position: Int) {
    while opened.load(ordering: .acquiring) < position { apus_spin_hint() }
  }

  func endFeed() { ended.signal() }
  func joinFeed() { ended.wait() }
}
