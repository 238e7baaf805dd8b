import CClock
import CRecords
import Domain
import HotPath

/// From a whole frame to a record on the ring: the hot part of the feed. The feed's thread only.
final class TradeIntake {
  private let symbols: SymbolIndex
  private let ring: RecordRing
  private let doorbell: Doorbell
  private let parseNanos: LatencyHistogram
  private let counters: FeedCounters
  private var hasPushed = false

  init(
    symbols: SymbolIndex, ring: RecordRing, doorbell: Doorbell, parseNanos: LatencyHistogram, counters: FeedCounters
  ) {
    self.symbols = symbols
    self.ring = ring
    self.doorbell = doorbell
    self.parseNanos = parseNanos
    self.counters = counters
  }

  /// Counts the frame and, when it is a trade, pushes it.
  func take(_ frame: UnsafeBufferPointer<UInt8>) -> FrameOutcome {
    let receivedNanos = apus_monotonic_nanos()
    var record = apus_record()
    let outcome = AggTradeFrame.parse(frame.span, symbols: symbols, into: &record)
    counters.frames.count()
    counters.lastReceiveNanos.store(receivedNanos, ordering: .relaxed)
    switch outcome {
    case .trade:
      record.kind = EventKind.trade.rawValue
      record.received_ns = UInt32(truncatingIfNeeded: receivedNanos)
      // The parse time includes counting, some 2 ns, so that one clock reading fewer lies before the push.
      parseNanos.record(nanos: apus_monotonic_nanos() &- receivedNanos)
      counters.trades.count()
      if ring.push(record) { hasPushed = true } else { counters.ringRefused.count() }
    case .otherEvent: counters.other.count()
    case .control: counters.control.count()
    case .unknownSymbol: counters.unknownSymbol.count()
    case .malformed: counters.malformed.count()
    case .badNumber: counters.badNumber.count()
    }
    return outcome
  }

  /// Wakes the engine if anything was pushed since the last call: once for all frames of one read.
  func ringIfPushed() {
    guard hasPushed else { return }
    hasPushed = false
    doorbell.ring()
  }
}
