import CRecords
import Domain
import HotPath

/// Both parsers on every input: whatever bytes a socket or file brings, they read within them, end, and a record that
/// they call a trade is one. `tools/fuzz` builds it; libFuzzer calls it millions of times.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the length of this call; AddressSanitizer watches their end.
  let bytes = unsafe UnsafeBufferPointer(start: data, count: data == nil ? 0 : count)
  let text = unsafe bytes.span
  checkFrame(text)
  checkRow(text)
  return 0
}

private let symbols = SymbolTable(["BTCUSDT", "ETHUSDT", "1000PEPEUSDT", "币安人生USDT"])

private func checkFrame(_ text: Span<UInt8>) {
  var record = apus_record()
  let outcome = AggTradeFrame.parse(text, symbols: symbols.index, into: &record)
  var again = apus_record()
  let second = AggTradeFrame.parse(text, symbols: symbols.index, into: &again)
  guard outcome == second else { fatalError("one frame, two outcomes: \(outcome), \(second)") }
  var general = apus_record()
  let third = AggTradeFrame.scan(text, symbols: symbols.index, into: &general)
  guard outcome == third else { fatalError("the venue's form says \(outcome), the general scanner \(third)") }
  guard outcome == .trade else { return }
  guard record.price_e8 > 0, record.quantity_e8 >= 0, record.id >= 0, record.time_ms >= 0,
    record.symbol < UInt32(symbols.count), record.flags & ~RecordFlags.sell == 0
  else { fatalError("a frame became a trade that cannot be: \(record)") }
  guard record.id == general.id, record.symbol == general.symbol, record.time_ms == general.time_ms,
    record.price_e8 == general.price_e8, record.quantity_e8 == general.quantity_e8, record.flags == general.flags,
    record.first_id == general.first_id, record.span == general.span
  else { fatalError("two readings of one frame: \(record), \(general)") }
}

private func checkRow(_ text: Span<UInt8>) {
  var record = apus_record()
  // A first line, so that the fast reading finds room behind it.
  var end = 0
  while end < text.count, text[end] != 0x0A { end += 1 }
  let outcome = AggTradeRow.parse(text, 0, end, into: &record)
  var slow = apus_record()
  guard outcome == AggTradeRow.scan(text, 0, end, into: &slow) else { fatalError("one row, two outcomes: \(outcome)") }
  // The whole line at once is the same row, or nothing.
  var whole = apus_record()
  let next = AggTradeRow.line(text, 0, into: &whole)
  guard
    next == 0
      || (next == end + 1 && outcome == .trade && whole.id == slow.id && whole.price_e8 == slow.price_e8
        && whole.quantity_e8 == slow.quantity_e8 && whole.time_ms == slow.time_ms && whole.flags == slow.flags
        && whole.first_id == slow.first_id && whole.span == slow.span)
  else { fatalError("a line read at once is another row: \(whole), \(slow), next line at \(next)") }
  guard outcome == .trade else { return }
  guard record.id == slow.id, record.time_ms == slow.time_ms, record.price_e8 == slow.price_e8,
    record.quantity_e8 == slow.quantity_e8, record.flags == slow.flags, record.first_id == slow.first_id,
    record.span == slow.span
  else { fatalError("two readings of one row: \(record), \(slow)") }
  guard record.price_e8 > 0, record.quantity_e8 >= 0, record.id >= 0, record.time_ms > 0,
    record.time_ms <= 100_000_000_000_000, record.flags & ~RecordFlags.sell == 0
  else { fatalError("a row became a trade that cannot be: \(record)") }
}
