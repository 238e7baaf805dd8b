import CClock
import CRecords
import Domain
import HotPath

/// From a whole frame to a record on the ring: the hot part of the feed. The feed's thread only.
///
/// It reads the clock for sampled frames only (see FeedTiming); a frame's time is that of its turn.
final class TradeIntake {
  let symbols: SymbolIndex
  private let ring: RecordRing
  private let doorbell: Doorbell
  /// At an address of its own: a property would be checked for exclusive access at every frame, some 10 ns.
  private let timing: UnsafeMutablePointer<FeedTiming>
  private let counters: FeedCounters
  /// T of the last trade, and whether the ring had no room for it.
  private(set) var lastMillis: Int64 = 0
  private(set) var wasRefused = false
  private var hasPushed = false
  private var hasTaken = false

  init(symbols: SymbolIndex, ring: RecordRing, doorbell: Doorbell, stages: LatencyStages, counters: FeedCounters) {
    self.symbols = symbols
    self.ring = ring
    self.doorbell = doorbell
    timing = .allocate(capacity: 1)
    timing.initialize(to: FeedTiming(stages))
    self.counters = counters
  }

  deinit { timing.deallocate() }

  /// Counts the frame and, when it is a trade, pushes it. `arrivalNanos`: the stamp of this turn's first read. `overlaps`: its
  /// stream comes over two connections for now.
  func take(_ frame: UnsafeBufferPointer<UInt8>, arrivalNanos: UInt64, overlaps: Bool = false) -> FrameOutcome {
    var record = apus_record()
    // Before the parse, which writes it and its neighbours as one word.
    record.kind = EventKind.trade.rawValue
    let isSampled = timing.pointee.begin(&record, arrivalNanos: arrivalNanos)
    hasTaken = true
    let outcome = AggTradeFrame.parse(frame.span, symbols: symbols, into: &record)
    counters.frames.count()
    counters.lastReceiveNanos.store(arrivalNanos, ordering: .relaxed)
    switch outcome {
    case .trade:
      timing.pointee.parsed(&record, isSampled: isSampled)
      counters.trades.count()
      if overlaps { record.flags |= RecordFlags.overlap }
      lastMillis = record.time_ms
      wasRefused = !ring.push(record)
      if wasRefused { counters.ringRefused.count() } else { hasPushed = true }
    case .otherEvent: counters.other.count()
    case .control: counters.control.count()
    case .unknownSymbol: counters.unknownSymbol.count()
    case .malformed: counters.malformed.count()
    case .badNumber: counters.badNumber.count()
    }
    return outcome
  }

  /// What the engine must know besides trades, in their order. False when the ring is full.
  func tell(_ record: apus_record) -> Bool {
    guard ring.push(record) else { return false }
    hasPushed = true
    return true
  }

  /// A turn of the loop is over: wakes the engine if anything was pushed, once for all frames of one read.
  func endTurn(arrivalNanos: UInt64) {
    if hasPushed {
      hasPushed = false
      doorbell.ring()
    }
    if hasTaken {
      hasTaken = false
      timing.pointee.turned(arrivalNanos: arrivalNanos)
    }
  }
}
