import CRecords
import Domain

/// What a frame of the market stream turned out to be.
public enum FrameOutcome: UInt8, Sendable, BitwiseCopyable {
  /// An aggTrade of one of the run's symbols; the record is filled.
  case trade = 0
  /// Well-formed, but another event, or a contract that isn't USD-M.
  case otherEvent
  /// The answer to a subscription: `result`, or `code` and `msg`.
  case control
  /// An aggTrade of a symbol the run doesn't have.
  case unknownSymbol
  /// Not JSON, cut short, or a field is missing or of the wrong type.
  case malformed
  /// A price or quantity that isn't a positive plain decimal of at most eight places within Int64.
  case badNumber
}

/// Parser of combined (`{"stream":..,"data":{..}}`) and raw aggTrade frames.
///
/// `AggTradeForm` reads the venue's own form; anything else goes through a scanner for this schema alone, in any key order,
/// with unknown keys skipped. General parsers measure two to a hundred times slower here (ARCHITECTURE.md). Wire fields: Binance USD-M "Aggregate Trade Streams", 2026-05-28;
/// `st` since 2026-06-30.
public enum AggTradeFrame {
  /// Fields seen so far, as bits. Computed, since a stored static is initialised under a lock.
  private enum Seen {
    static var id: UInt32 { 1 }
    static var symbol: UInt32 { 2 }
    static var price: UInt32 { 4 }
    static var quantity: UInt32 { 8 }
    static var time: UInt32 { 16 }
    static var maker: UInt32 { 32 }
    static var aggTrade: UInt32 { 64 }
    static var otherEvent: UInt32 { 128 }
    static var control: UInt32 { 256 }
    static var badField: UInt32 { 512 }
    static var badNumber: UInt32 { 1024 }
    static var unknownSymbol: UInt32 { 2048 }
    static var required: UInt32 { id | symbol | price | quantity | time | maker }
  }

  /// Fills `record` from one whole frame. Any thread; no allocation.
  ///
  /// `record` holds nothing meaningful unless the outcome is `.trade`; `kind`, `received_ns` and the stamps are the
  /// caller's to set.
  @_noAllocation @_noLocks
  public static func parse(_ frame: Span<UInt8>, symbols: SymbolIndex, into record: inout apus_record)
    -> FrameOutcome
  {
    // SAFETY: the pointer is used within the closure only, for the span's own bytes.
    let hasForm = unsafe frame.withUnsafeBufferPointer { bytes in
      guard let text = bytes.baseAddress else { return false }
      return unsafe AggTradeForm.parse(text, bytes.count, symbols: symbols, into: &record)
    }
    return hasForm ? .trade : scan(frame, symbols: symbols, into: &record)
  }

  /// The same for a frame in any form: keys in any order, spaces, escapes, keys that are not known. What `parse` goes to
  /// when the form isn't the venue's; public so that the two can be compared.
  @_noAllocation @_noLocks
  @inline(never)
  public static func scan(_ frame: Span<UInt8>, symbols: SymbolIndex, into record: inout apus_record) -> FrameOutcome {
    var seen: UInt32 = 0
    var index = 0
    if !object(frame, &index, symbols, &record, &seen, isData: false) { return .malformed }
    JsonScan.skipSpace(frame, &index)
    if index != frame.count { return .malformed }
    if seen & Seen.aggTrade == 0 { return seen & Seen.control != 0 ? .control : .otherEvent }
    if seen & Seen.otherEvent != 0 { return .otherEvent }
    if seen & Seen.badField != 0 { return .malformed }
    if seen & Seen.badNumber != 0 { return .badNumber }
    if seen & Seen.required != Seen.required { return .malformed }
    return seen & Seen.unknownSymbol != 0 ? .unknownSymbol : .trade
  }

  /// One object: the frame itself, or the value of its `data`.
  @_noAllocation @_noLocks
  private static func object(
    _ frame: Span<UInt8>, _ index: inout Int, _ symbols: SymbolIndex, _ record: inout apus_record,
    _ seen: inout UInt32, isData: Bool
  ) -> Bool {
    if !JsonScan.take(UInt8(ascii: "{"), frame, &index) { return false }
    var first = true
    while true {
      JsonScan.skipSpace(frame, &index)
      if index >= frame.count { return false }
      if frame[index] == UInt8(ascii: "}") {
        index &+= 1
        return true
      }
      if !first { if !JsonScan.take(UInt8(ascii: ","), frame, &index) { return false } }
      first = false
      if !member(frame, &index, symbols, &record, &seen, isData: isData) { return false }
    }
  }

  /// One `"key": value`.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func member(
    _ frame: Span<UInt8>, _ index: inout Int, _ symbols: SymbolIndex, _ record: inout apus_record,
    _ seen: inout UInt32, isData: Bool
  ) -> Bool {
    var start = 0
    var end = 0
    var escaped = false
    if !JsonScan.string(frame, &index, &start, &end, &escaped) { return false }
    let key = escaped ? escapedKey(frame, start, end) : shortKey(frame, start, end)
    if !JsonScan.take(UInt8(ascii: ":"), frame, &index) { return false }
    JsonScan.skipSpace(frame, &index)
    if key == Key.data && !isData {
      if frame.byte(at: index) == UInt8(ascii: "{") {
        return object(frame, &index, symbols, &record, &seen, isData: true)
      }
      return JsonScan.skipValue(frame, &index)
    }
    let valueAt = index
    if field(key, frame, &index, symbols, &record, &seen) { return true }
    // Of another type than an aggTrade has there (a depth update's "a" is a list): skip it, and remember.
    index = valueAt
    return JsonScan.skipValue(frame, &index)
  }

  /// Reads the value of a key that aggTrades have; false leaves it to be skipped.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func field(
    _ key: UInt64, _ frame: Span<UInt8>, _ index: inout Int, _ symbols: SymbolIndex,
    _ record: inout apus_record, _ seen: inout UInt32
  ) -> Bool {
    switch key {
    case Key.event: return event(frame, &index, &seen)
    case Key.symbol: return symbol(frame, &index, symbols, &record, &seen)
    case Key.id: return integer(frame, &index, &record.id, Seen.id, &seen)
    case Key.time: return time(frame, &index, &record, &seen)
    case Key.price: return decimal(frame, &index, &record.price_e8, Seen.price, &seen, zeroAllowed: false)
    case Key.quantity: return decimal(frame, &index, &record.quantity_e8, Seen.quantity, &seen, zeroAllowed: true)
    case Key.maker: return maker(frame, &index, &record, &seen)
    case Key.firstId: return integer(frame, &index, &record.first_id, 0, &seen)
    case Key.lastId: return lastId(frame, &index, &record, &seen)
    case Key.contractSet:
      var value: Int64 = 0
      if !integer(frame, &index, &value, 0, &seen) { return false }
      if value != 1 { seen |= Seen.otherEvent }
      return true
    case Key.result, Key.code:
      seen |= Seen.control
      return false
    default: return false
    }
  }

  @_noAllocation @_noLocks
  private static func event(_ frame: Span<UInt8>, _ index: inout Int, _ seen: inout UInt32) -> Bool {
    var start = 0
    var end = 0
    var escaped = false
    if !JsonScan.string(frame, &index, &start, &end, &escaped) { return false }
    let name = escaped ? escapedKey(frame, start, end) : shortKey(frame, start, end)
    seen |= name == Key.aggTrade ? Seen.aggTrade : Seen.otherEvent
    return true
  }

  @_noAllocation @_noLocks
  private static func symbol(
    _ frame: Span<UInt8>, _ index: inout Int, _ symbols: SymbolIndex, _ record: inout apus_record,
    _ seen: inout UInt32
  ) -> Bool {
    var start = 0
    var end = 0
    var escaped = false
    if !JsonScan.string(frame, &index, &start, &end, &escaped) {
      seen |= Seen.badField
      return false
    }
    seen |= Seen.symbol
    var found: UInt32?
    if escaped {
      var plain = JsonText()
      found = plain.read(frame, start, end) ? symbols.find(plain) : nil
    } else {
      found = symbols.find(frame, start, end)
    }
    if let found { record.symbol = found } else { seen |= Seen.unknownSymbol }
    return true
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func integer(
    _ frame: Span<UInt8>, _ index: inout Int, _ value: inout Int64, _ bit: UInt32, _ seen: inout UInt32
  ) -> Bool {
    if DecimalScan.integer(frame, &index, &value), endsValue(frame, index) {
      seen |= bit
      return true
    }
    seen |= Seen.badField
    return false
  }

  /// T in milliseconds. Microseconds (above 1e14, as in a row) would have the engine pass 10^8 grid points at once.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func time(
    _ frame: Span<UInt8>, _ index: inout Int, _ record: inout apus_record, _ seen: inout UInt32
  ) -> Bool {
    if !integer(frame, &index, &record.time_ms, Seen.time, &seen) { return false }
    if record.time_ms < 1 || record.time_ms > 100_000_000_000_000 { seen |= Seen.badField }
    return true
  }

  /// A decimal, in quotes as the venue writes it or bare.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func decimal(
    _ frame: Span<UInt8>, _ index: inout Int, _ value: inout Int64, _ bit: UInt32, _ seen: inout UInt32,
    zeroAllowed: Bool
  ) -> Bool {
    seen |= bit
    let quoted = frame.byte(at: index) == UInt8(ascii: "\"")
    if quoted { index &+= 1 }
    if DecimalScan.units(frame, &index, &value), value >= (zeroAllowed ? 0 : 1) {
      if quoted {
        if frame.byte(at: index) == UInt8(ascii: "\"") {
          index &+= 1
          return true
        }
      } else if endsValue(frame, index) {
        return true
      }
    }
    seen |= Seen.badNumber
    return false
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func maker(
    _ frame: Span<UInt8>, _ index: inout Int, _ record: inout apus_record, _ seen: inout UInt32
  ) -> Bool {
    // The first letter decides, the rest is checked by skipping the scalar and its length.
    let start = index
    if !JsonScan.skipValue(frame, &index) { return false }
    let isTrue = matches(frame, start, index, "true")
    let isFalse = matches(frame, start, index, "false")
    if !isTrue && !isFalse {
      seen |= Seen.badField
      return true
    }
    record.flags = isTrue ? RecordFlags.sell : 0
    seen |= Seen.maker
    return true
  }

  /// `l`, kept as its distance from `f`; whichever comes first in the frame.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func lastId(
    _ frame: Span<UInt8>, _ index: inout Int, _ record: inout apus_record, _ seen: inout UInt32
  ) -> Bool {
    var last: Int64 = 0
    if !integer(frame, &index, &last, 0, &seen) { return false }
    // `f` precedes `l` in every frame on record; in another order the span is unknown and stays 0.
    let distance = last &- record.first_id
    record.span = record.first_id > 0 && distance >= 0 && distance <= Int64(UInt32.max) ? UInt32(distance) : 0
    return true
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func endsValue(_ frame: Span<UInt8>, _ index: Int) -> Bool {
    let byte = frame.byte(at: index)
    return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == 0x20 || byte == 0x0A || byte == 0x0D
      || byte == 0x09
  }

  @_noAllocation @_noLocks
  private static func matches(_ frame: Span<UInt8>, _ start: Int, _ end: Int, _ word: StaticString) -> Bool {
    if end &- start != word.utf8CodeUnitCount { return false }
    var offset = 0
    while offset < word.utf8CodeUnitCount {
      // SAFETY: offset < utf8CodeUnitCount, and a StaticString literal is valid for ever.
      if unsafe word.utf8Start[offset] != frame[start &+ offset] { return false }
      offset &+= 1
    }
    return true
  }

  /// Up to eight bytes of a name as one integer, so that a key compares in one instruction; 0 for longer names.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func shortKey(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    if end &- start > 8 { return 0 }
    var key: UInt64 = 0
    var index = start
    while index < end {
      key = key << 8 | UInt64(text[index])
      index &+= 1
    }
    return key
  }

  @_noAllocation @_noLocks
  private static func escapedKey(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var plain = JsonText()
    return plain.read(text, start, end) ? plain.shortKey : 0
  }

  /// Names as `shortKey` packs them.
  private enum Key {
    static var event: UInt64 { 0x65 }  // e
    static var symbol: UInt64 { 0x73 }  // s
    static var id: UInt64 { 0x61 }  // a
    static var price: UInt64 { 0x70 }  // p
    static var quantity: UInt64 { 0x71 }  // q
    static var firstId: UInt64 { 0x66 }  // f
    static var lastId: UInt64 { 0x6C }  // l
    static var time: UInt64 { 0x54 }  // T
    static var maker: UInt64 { 0x6D }  // m
    static var contractSet: UInt64 { 0x7374 }  // st
    static var data: UInt64 { 0x6461_7461 }  // data
    static var code: UInt64 { 0x636F_6465 }  // code
    static var result: UInt64 { 0x7265_7375_6C74 }  // result
    static var aggTrade: UInt64 { 0x6167_6754_7261_6465 }  // aggTrade
  }
}
