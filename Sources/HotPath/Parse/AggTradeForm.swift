import CBytes
import CRecords
import Domain

/// The venue's own form of an aggTrade: its keys in its order, without a space.
///
///   {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1771263510195,"a":3141966230,"s":"BTCUSDT","p":"68005.00",
///    "q":"2.695","nq":"2.695","f":7297376181,"l":7297376207,"T":1771263510041,"m":true,"st":1}}
///
/// Raw frames begin at `{"e"`; `a` and `s` come in either order, `nq` (from 2025-12-31) and `st` (from 2026-06-30) may be
/// missing. First all commas are found, with no branch on the text; then every field knows where it lies without waiting
/// for the one before it, keys compare as whole words, and numbers are read sixteen bytes at once. Field after field, each
/// found at the end of the last, measured twice as slow: a chain of 20 cycles a field.
///
/// The general scanner takes over for anything else, so a new key costs speed until it is known here, and nothing is lost.
/// What is accepted here, `AggTradeFrame.scan` accepts with the same record: a test and the fuzzer compare the two.
enum AggTradeForm {
  /// Bytes between the comma before a field and the end of the frame: sixteen may be loaded behind every key.
  private static var reachBytes: Int { 24 }

  /// True when `text[0..<count]` has the form and `record` is filled; false says nothing about the frame, and leaves the
  /// record alone.
  @_noAllocation @_noLocks
  @inline(__always)
  static func parse(
    _ text: UnsafePointer<UInt8>, _ count: Int, symbols: SymbolIndex, into record: inout apus_record
  ) -> Bool {
    if count < 96 || count > 256 { return false }
    var head = 15
    var closers = 1
    // SAFETY: 96 bytes are there.
    if unsafe apus_load64(text) == 0x6D61_6572_7473_227B {  // {"stream
      head = unsafe streamHead(text)
      closers = 2
    } else {
      if unsafe apus_load64(text) != 0x6761_223A_2265_227B { return false }  // {"e":"ag
      if unsafe apus_load64(text + 7) != 0x2265_6461_7254_6767 { return false }  // ggTrade"
    }
    if head < 0 || count &- head > 192 { return false }
    var places = apus_places40()
    // By address: a copy would wait for each of the bytes just written.
    return unsafe withUnsafeMutableBytes(of: &places) { bytes in
      let commas = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
      // SAFETY: 40 places are what it may write.
      let found = unsafe apus_places(
        text, Int32(truncatingIfNeeded: head), Int32(truncatingIfNeeded: count), UInt8(ascii: ","), commas)
      if unsafe Int(commas[0]) != head { return false }
      return unsafe fields(text, count, commas, Int(found), closers, symbols, &record)
    }
  }

  /// What follows the head, whose end is the first comma.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func fields(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ commas: UnsafePointer<UInt8>, _ found: Int, _ closers: Int,
    _ symbols: SymbolIndex, _ record: inout apus_record
  ) -> Bool {
    // E, a, s, p, q, f, l, T, m are nine; nq and st may come to them.
    if found < 9 || found > 11 { return false }
    // SAFETY: each checks that what it loads lies within text[0..<count].
    if unsafe integer(text, count, commas, 0, Key.eventTime) < 0 { return false }
    let isSymbolFirst = unsafe text[Int(commas[1]) &+ 2] == UInt8(ascii: "s")
    let id = unsafe integer(text, count, commas, isSymbolFirst ? 2 : 1, Key.id)
    let name = unsafe symbol(text, count, commas, isSymbolFirst ? 1 : 2, symbols)
    let price = unsafe decimal(text, count, commas, 3, Key.price, 6)
    let quantity = unsafe decimal(text, count, commas, 4, Key.quantity, 6)
    var field = 5
    var withoutRpi: Int64 = 0
    if unsafe text[Int(commas[field]) &+ 2] == UInt8(ascii: "n") {
      withoutRpi = unsafe decimal(text, count, commas, field, Key.withoutRpi, 7)
      field &+= 1
    }
    // Exactly one field more, the aggressor's, and perhaps `st`.
    if found &- field < 4 || found &- field > 5 { return false }
    let firstId = unsafe integer(text, count, commas, field, Key.firstId)
    let lastId = unsafe integer(text, count, commas, field &+ 1, Key.lastId)
    let time = unsafe integer(text, count, commas, field &+ 2, Key.time)
    if (id | firstId | lastId | quantity | withoutRpi) < 0 || name < 0 || price < 1 { return false }
    if time < 1 || time > 100_000_000_000_000 { return false }
    let maker = unsafe tail(text, count, Int(commas[field &+ 3]), closers)
    if maker < 0 { return false }
    // Only now: the general scanner finds the record as the caller left it.
    record.flags = maker > 0 ? RecordFlags.sell : 0
    record.symbol = UInt32(truncatingIfNeeded: name)
    record.time_ms = time
    record.id = id
    record.price_e8 = price
    record.quantity_e8 = quantity
    record.first_id = firstId
    let distance = lastId &- firstId
    record.span = firstId > 0 && distance >= 0 && distance <= Int64(UInt32.max) ? UInt32(distance) : 0
    return true
  }

  /// Where `{"stream":"...","data":{"e":"aggTrade"` ends; -1 for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func streamHead(_ text: UnsafePointer<UInt8>) -> Int {
    // SAFETY: the caller has checked that 96 bytes are there; a name of at most 32 bytes and the rest end before 70.
    if unsafe apus_load64(text + 3) != 0x223A_226D_6165_7274 { return -1 }  // tream":"
    let ends = unsafe apus_string_ends16(text + 11) | apus_string_ends16(text + 27) << 16
    let quote = 11 &+ ends.trailingZeroBitCount
    if unsafe apus_load64(text + quote) != 0x2261_7461_6422_2C22 { return -1 }  // ","data"
    if unsafe apus_load64(text + quote + 8) != 0x6122_3A22_6522_7B3A { return -1 }  // :{"e":"a
    if unsafe apus_load64(text + quote + 16) != 0x2265_6461_7254_6767 { return -1 }  // ggTrade"
    return quote &+ 24
  }

  /// `,"x":` and up to fifteen digits, as far as the next comma; -1 for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func integer(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ commas: UnsafePointer<UInt8>, _ field: Int, _ key: UInt64
  ) -> Int64 {
    let at = unsafe Int(commas[field])
    let end = unsafe Int(commas[field &+ 1])
    if end &- at &- 6 >= 15 || end < at &+ 6 { return -1 }
    // SAFETY: there is a comma at `end`, at least 6 bytes on, and another field of at least 2 behind it or the frame's end is
    // checked here; the sixteen bytes before `end` lie in the frame, since its head is longer.
    if at &+ 8 > count { return -1 }
    if unsafe apus_load64(text + at) & 0xFF_FFFF_FFFF != key { return -1 }
    return unsafe apus_digits16(text + end, Int32(truncatingIfNeeded: end &- at &- 5))
  }

  /// `,"x":"` (of `length` bytes), a plain decimal of at most fifteen characters in units of 1e-8, and its closing quote
  /// before the next comma; -1 for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func decimal(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ commas: UnsafePointer<UInt8>, _ field: Int, _ key: UInt64,
    _ length: Int
  ) -> Int64 {
    let at = unsafe Int(commas[field])
    let start = at &+ length
    let end = unsafe Int(commas[field &+ 1]) &- 1
    let characters = end &- start
    if characters < 1 || characters > 15 || at &+ reachBytes > count { return -1 }
    // SAFETY: 24 bytes from `at` are there; `end` is in the frame and more than 17 bytes behind its head.
    let mask: UInt64 = length == 6 ? 0xFFFF_FFFF_FFFF : 0xFF_FFFF_FFFF_FFFF
    if unsafe apus_load64(text + at) & mask != key { return -1 }
    if unsafe text[end] != UInt8(ascii: "\"") { return -1 }
    let point = unsafe apus_not_digits16(text + start) & ((1 << UInt32(truncatingIfNeeded: characters)) &- 1)
    let whole = point.trailingZeroBitCount
    if point == 0 {
      // Coins that trade by the piece.
      let number = unsafe apus_digits16(text + end, Int32(truncatingIfNeeded: characters))
      let (units, tooLarge) = number.multipliedReportingOverflow(by: 100_000_000)
      return tooLarge ? -1 : units
    }
    let fraction = characters &- whole &- 1
    // One point, with digits on both sides and at most eight behind it.
    if point & (point &- 1) != 0 || whole == 0 || fraction < 1 || fraction > 8 { return -1 }
    if unsafe text[start &+ whole] != UInt8(ascii: ".") { return -1 }
    let digits = unsafe apus_pointed16(
      text + end, Int32(truncatingIfNeeded: whole), Int32(truncatingIfNeeded: fraction))
    // Up to 14 digits times up to 10^7: may leave Int64.
    let (units, tooLarge) = digits.multipliedReportingOverflow(
      by: apus_power10(Int32(truncatingIfNeeded: 8 &- fraction)))
    return tooLarge ? -1 : units
  }

  /// The index of a name of at most fifteen bytes that is one of the run's; -1 for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func symbol(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ commas: UnsafePointer<UInt8>, _ field: Int, _ symbols: SymbolIndex
  ) -> Int {
    let at = unsafe Int(commas[field])
    let start = at &+ 6
    let end = unsafe Int(commas[field &+ 1]) &- 1
    let length = end &- start
    if length < 1 || length > 15 || at &+ reachBytes > count { return -1 }
    // SAFETY: 24 bytes from `at` are there.
    if unsafe apus_load64(text + at) & 0xFFFF_FFFF_FFFF != 0x223A_2273_222C { return -1 }  // ,"s":"
    // A quote or an escape within would make it another name.
    if unsafe apus_string_ends16(text + start).trailingZeroBitCount != length { return -1 }
    if unsafe text[end] != UInt8(ascii: "\"") { return -1 }
    return unsafe symbols.find(apus_load64(text + start), apus_load64(text + start + 8), length: length)
  }

  /// `,"m":true`, perhaps `,"st":1`, and the closing braces, which end the frame: 1 when the buyer is the maker, else 0; -1 for
  /// anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func tail(_ text: UnsafePointer<UInt8>, _ count: Int, _ start: Int, _ closers: Int) -> Int {
    if start &+ 10 > count { return -1 }
    var at = start &+ 9
    var result = 1
    // SAFETY: 10 bytes are there by the line above; whatever lies further is read after a check of its own.
    let maker = unsafe apus_load64(text + start)
    if maker == 0x7572_743A_226D_222C {  // ,"m":tru
      if unsafe text[start &+ 8] != UInt8(ascii: "e") { return -1 }
    } else {
      if maker != 0x6C61_663A_226D_222C { return -1 }  // ,"m":fal
      if unsafe text[start &+ 8] != UInt8(ascii: "s") { return -1 }
      if unsafe text[start &+ 9] != UInt8(ascii: "e") { return -1 }
      at &+= 1
      result = 0
    }
    if at &+ 8 <= count {
      if unsafe apus_load64(text + at) != 0x7D31_3A22_7473_222C { return -1 }  // ,"st":1}
      at &+= 7
    }
    if at &+ closers != count { return -1 }
    if unsafe text[at] != UInt8(ascii: "}") { return -1 }
    return unsafe text[count &- 1] == UInt8(ascii: "}") ? result : -1
  }

  /// Keys with what surrounds them, as eight bytes load: the first one lowest.
  private enum Key {
    static var eventTime: UInt64 { 0x3A_2245_222C }  // ,"E":
    static var id: UInt64 { 0x3A_2261_222C }  // ,"a":
    static var price: UInt64 { 0x223A_2270_222C }  // ,"p":"
    static var quantity: UInt64 { 0x223A_2271_222C }  // ,"q":"
    static var withoutRpi: UInt64 { 0x22_3A22_716E_222C }  // ,"nq":"
    static var firstId: UInt64 { 0x3A_2266_222C }  // ,"f":
    static var lastId: UInt64 { 0x3A_226C_222C }  // ,"l":
    static var time: UInt64 { 0x3A_2254_222C }  // ,"T":
  }
}
