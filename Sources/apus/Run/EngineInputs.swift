import CRecords
import Domain
import HotPath
import Memory

/// The rings into the engine: one a producer.
struct EngineInputs: Sendable {
  /// The operator's: the thread that reads keys.
  let commands = RecordRing(capacity: 1 << 8)
  /// The thread that watches the venue's clock.
  let watch = RecordRing(capacity: 1 << 6)
  /// The market feed's thread.
  let market: RecordRing
  /// History files, then REST pages.
  let history = RecordRing(capacity: 1 << 14)
  /// The player of an indicators file.
  let indicators = RecordRing(capacity: 1 << 12)
  let doorbell = Doorbell()

  /// Live trades that wait for the engine: at 50,000 a second 65,536 are more than a second's.
  init(marketCapacity: Int = 1 << 16) { market = RecordRing(capacity: marketCapacity) }

  /// In the order the engine looks at them.
  var all: [RecordRing] { [commands, watch, market, indicators, history] }

  func hasWork() -> Bool {
    !commands.isEmpty() || !watch.isEmpty() || !market.isEmpty() || !indicators.isEmpty() || !history.isEmpty()
  }

  /// Operator's thread. False when the engine doesn't keep up.
  func send(_ command: Command) -> Bool {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = command.rawValue
    defer { doorbell.ring() }
    return commands.push(record)
  }
}

/// The rings out of the engine: what a person or a log wants to know.
struct EngineNews: Sendable {
  let signals = Ring<FiredSignal>(capacity: 1 << 9)
  let paper = Ring<PaperEvent>(capacity: 1 << 9)
  /// All symbols of a shard may ask in one tick.
  let gaps = Ring<GapEvent>(capacity: 1 << 12)

  /// Empties an outbox. Engine's thread.
  func take(_ outbox: Outbox) {
    for index in 0..<outbox.signalCount { _ = signals.push(outbox.signal(index)) }
    for index in 0..<outbox.paperCount { _ = paper.push(outbox.paperEvent(index)) }
    for index in 0..<outbox.gapCount { _ = gaps.push(outbox.gap(index)) }
    outbox.clear()
  }

  /// News that found their ring full.
  func lost() -> Int { signals.refused() + paper.refused() + gaps.refused() }
}
