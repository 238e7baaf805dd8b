import CRecords
import Domain
import HotPath

@testable import Venues

/// The way of a WebSocket message: parts of any size are put together, read as a frame, and as the answer to a
/// subscription where they are one. However a message is cut, it comes out the same.
///
/// An input is the stream's bytes, then a byte for each cut (bits 0...6: length of the part, in steps; bit 7: the message
/// ends), then the number of cuts and the step.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(unsafe lent(data, count))
  let shape = input.lastByte()
  let step = [1, 3, 16, 64][Int(shape >> 6)]
  var cuts: [(length: Int, isLast: Bool)] = []
  for _ in 0..<Int(shape & 0x1F) {
    let cut = input.lastByte()
    cuts.append((Int(cut & 0x7F) * step, cut & 0x80 != 0))
  }
  // Small beside an input in half of the runs, so that messages outgrow it.
  let capacity = shape & 0x20 == 0 ? 4_096 : 160
  check(Array(input.rest), cuts, capacity: capacity)
  return 0
}

private func check(_ stream: [UInt8], _ cuts: [(length: Int, isLast: Bool)], capacity: Int) {
  let assembler = MessageAssembler(capacity: capacity)
  var at = 0
  var message: [UInt8] = []
  var isOversized = false
  for (number, cut) in (cuts + [(stream.count, true)]).enumerated() {
    let part = Array(stream[at..<min(at + cut.length, stream.count)])
    at += part.count
    message += part
    let reading = received(part, isLast: cut.isLast, by: assembler)
    if message.count > capacity, !isOversized {
      isOversized = true
      guard case .oversized = reading else {
        fatalError("part \(number): \(message.count) bytes were taken: \(reading)")
      }
    } else if isOversized || !cut.isLast {
      guard case .partial = reading else { fatalError("part \(number) is no message: \(reading)") }
    } else {
      let whole = received(message, isLast: true, by: MessageAssembler(capacity: capacity))
      guard case .message(let bytes, _) = reading, bytes == message, reading == whole else {
        fatalError("part \(number): cut \(reading), whole \(whole)")
      }
    }
    if cut.isLast {
      message = []
      isOversized = false
    }
  }
}

private enum Reading: Equatable {
  case partial
  case oversized
  case message([UInt8], FrameReading)
}

private struct FrameReading: Equatable {
  var outcome: FrameOutcome
  var answer: Subscription.Answer?
  /// id, symbol, time, price, quantity, flags, first id, span.
  var trade: [Int64]?
}

private func received(_ part: [UInt8], isLast: Bool, by assembler: MessageAssembler) -> Reading {
  part.withUnsafeBufferPointer { bytes in
    switch unsafe assembler.add(bytes, isLast: isLast) {
    case .partial: .partial
    case .oversized: .oversized
    // The assembler's memory is valid here: nothing is added meanwhile.
    case .whole(let frame): unsafe .message(Array(frame), read(frame))
    }
  }
}

private let ring = RecordRing(capacity: 16)
// libFuzzer calls from one thread; the clock's samples that it keeps from call to call are compared with nothing.
nonisolated(unsafe) private let intake = TradeIntake(
  symbols: SymbolTable(["BTCUSDT", "ETHUSDT", "1000PEPEUSDT", "币安人生USDT"]).index, ring: ring, doorbell: Doorbell(),
  stages: LatencyStages(), counters: FeedCounters())

/// As `BinanceFeed.take` reads a frame on a connection that waits for its subscriptions.
private func read(_ frame: UnsafeBufferPointer<UInt8>) -> FrameReading {
  var reading = FrameReading(outcome: unsafe intake.take(frame, arrivalNanos: 1))
  intake.endTurn(arrivalNanos: 1)
  switch reading.outcome {
  case .control, .otherEvent:
    reading.answer = unsafe Subscription.answer(frame)
  case .trade:
    var record = apus_record()
    guard ring.pop(into: &record), record.time_ms == intake.lastMillis else { fatalError("a trade is not on the ring") }
    guard record.kind == EventKind.trade.rawValue, record.price_e8 > 0, record.quantity_e8 >= 0, record.id >= 0 else {
      fatalError("a frame became a trade that cannot be: \(record)")
    }
    reading.trade = [
      record.id, Int64(record.symbol), record.time_ms, record.price_e8, record.quantity_e8, Int64(record.flags),
      record.first_id, Int64(record.span),
    ]
  case .unknownSymbol, .malformed, .badNumber: break
  }
  guard ring.isEmpty() else { fatalError("\(reading.outcome) left a record on the ring") }
  return reading
}
