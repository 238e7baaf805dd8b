import CClock
import CRecords

/// The engine thread's share of timing. Of a live trade: `count` where `isUsual`, which nearly all are; else `begin` before its
/// step and `end` after it. `settle` after at most `tradesMax` trades and when a batch from the ring is over.
///
/// Every trade counts end to end, or the tail would be a sample's. Reading the counter for each would cost 11 ns of some
/// 120; so it is read once for at most 64 trades, and at a batch's end, and all of them are charged up to that moment: an
/// upper bound, too high by at most the 63 steps after (some 8 us), and only when trades come faster than they are taken.
/// Trades of one arrival are counted by one add. Stages within are timed for sampled trades. What is done for every trade
/// is inlined into the caller's loop: as calls these few instructions took 10 ns.
public struct EngineTiming: Sendable {
  /// Trades between two readings, a power of two. Counted by the caller, whose loop counts anyway.
  public static var tradesMax: Int {
    @_noAllocation @_noLocks
    @inlinable get { 64 }
  }

  private let venue: LatencyHistogram
  private let queue: LatencyHistogram
  private let windows: LatencyHistogram
  private let score: LatencyHistogram
  private let decide: LatencyHistogram
  private let step: LatencyHistogram
  private let decision: LatencyHistogram

  /// The arrival of the last trade, and how many since the last reading shared it.
  @usableFromInline var arrivalNanos: UInt64 = 0
  @usableFromInline var sharing: UInt64 = 0
  /// Of the trade that is timed in full: its T, and when it was pushed and taken.
  private var sampledMillis: Int64 = 0
  private var pushedNanos: UInt64 = 0
  private var takenNanos: UInt64 = 0
  /// Arrivals before it, since the last reading.
  private var arrivals = InlineArray<32, UInt64>(repeating: 0)
  private var counts = InlineArray<32, UInt64>(repeating: 0)
  private var arrivalCount = 0

  public init(_ stages: LatencyStages) {
    venue = stages[.venue]
    queue = stages[.queue]
    windows = stages[.windows]
    score = stages[.score]
    decide = stages[.decide]
    step = stages[.step]
    decision = stages[.decision]
  }

  /// Whether a trade needs no more than `count`: it came with the turn of the one before, and is not timed in full. One
  /// comparison, and two ways through the caller's loop, so that what the rare way needs burdens no other trade.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public func isUsual(_ record: borrowing apus_record) -> Bool {
    (record.arrivalNanos ^ arrivalNanos) | UInt64(truncatingIfNeeded: record.now_delta_ms) == 0
  }

  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func count() { sharing &+= 1 }

  /// Before the step of a trade that is not usual.
  @_noAllocation @_noLocks
  @inline(never)
  public mutating func begin(_ record: borrowing apus_record, _ engine: inout Engine) {
    if record.arrivalNanos != arrivalNanos { turnOver(to: record.arrivalNanos) }
    sharing &+= 1
    if !record.isSampled { return }
    sampledMillis = record.time_ms
    pushedNanos = record.pushedNanos
    engine.stamps.arm()
    takenNanos = apus_stamp_in_order_nanos()
  }

  /// After it. `nowMillis` is the exchange's clock as the engine stamped the trade. A stage is charged for no counting but
  /// its own.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func end(nowMillis: Int64, _ engine: inout Engine) {
    if engine.stamps.isArmed { finish(nowMillis: nowMillis, &engine, apus_stamp_in_order_nanos()) }
  }

  /// The trades so far came with another turn.
  @_noAllocation @_noLocks
  private mutating func turnOver(to arrival: UInt64) {
    if arrivalCount == 32 { settle() }
    if sharing > 0 {
      arrivals[arrivalCount] = arrivalNanos
      counts[arrivalCount] = sharing
      arrivalCount &+= 1
      sharing = 0
    }
    arrivalNanos = arrival
  }

  /// Charges the trades since the last reading up to now.
  @_noAllocation @_noLocks
  @inline(never)
  public mutating func settle() {
    if sharing == 0, arrivalCount == 0 { return }
    let nanos = apus_stamp_nanos()
    if sharing > 0 { decision.record(nanos: apus_nanos_between(arrivalNanos, nanos), count: sharing) }
    var index = 0
    while index < arrivalCount {
      decision.record(nanos: apus_nanos_between(arrivals[index], nanos), count: counts[index])
      index &+= 1
    }
    sharing = 0
    arrivalCount = 0
  }

  @_noAllocation @_noLocks
  @usableFromInline @inline(never)
  mutating func finish(nowMillis: Int64, _ engine: inout Engine, _ nanos: UInt64) {
    engine.stamps.isArmed = false
    queue.record(nanos: apus_nanos_between(pushedNanos, takenNanos))
    countVenue(nowMillis: nowMillis)
    step.record(nanos: apus_nanos_between(takenNanos, nanos))
    if engine.stamps.windowsNanos == 0 { return }
    windows.record(nanos: apus_nanos_between(takenNanos, engine.stamps.windowsNanos))
    if engine.stamps.scoredNanos == 0 {
      decide.record(nanos: apus_nanos_between(engine.stamps.windowsNanos, nanos))
    } else {
      score.record(nanos: apus_nanos_between(engine.stamps.windowsNanos, engine.stamps.scoredNanos))
      decide.record(nanos: apus_nanos_between(engine.stamps.scoredNanos, nanos))
    }
  }

  /// What lies between T and now, less the part on this side of the socket. Clocks of two machines: may be off by ms.
  @_noAllocation @_noLocks
  private func countVenue(nowMillis: Int64) {
    let behindMillis = nowMillis &- sampledMillis
    if behindMillis < 0 { return }
    let behindNanos = UInt64(behindMillis) &* 1_000_000
    venue.record(nanos: apus_nanos_between(apus_nanos_between(arrivalNanos, takenNanos), behindNanos))
  }
}
