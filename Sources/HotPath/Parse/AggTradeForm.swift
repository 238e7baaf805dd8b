import CBytes
import CRecords
import Domain

/// The venue's own form of an aggTrade: its keys in its order, without a space.
///
///   {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1771263510195,"a":3141966230,"s":"BTCUSDT","p":"68005.00",
///    "q":"2.695","nq":"2.695","f":7297376181,"l":7297376207,"T":1771263510041,"m":true,"st":1}}
///
/// Raw frames begin at `{"e"`; `a` and `s` come in either order, `nq` (from 2025-12-31) and `st` (from 2026-06-30) may be
/// missing. Keys compare as whole words, numbers are read sixteen bytes at once, and lengths that hardly ever change (times
/// of 13 digits, ids of 10) are guessed, so that a field need not wait for the end of the one before. *Rejected:* to find all
/// commas first, which needs no guess, and took 44 ns where the chain without guesses took 54 (a loop over 200,000 frames; this
/// takes 26 to 28, `tools/bench --only parse`).
///
/// The general scanner takes over for anything else, so a new key costs speed until it is known here, and nothing is lost.
/// What is accepted here, `AggTradeFrame.scan` accepts with the same record: a test and the fuzzer compare the two.
enum AggTradeForm {
  /// What a field may take, key, quotes and all, and what reading one looks at: a key of at most 7 bytes and sixteen.
  private static var fieldBytes: Int { 23 }

  /// True when `text[0..<count]` has the form and `record` is filled; false says nothing about the frame, and leaves the
  /// record alone.
  @_noAllocation @_noLocks
  @inline(__always)
  static func parse(
    _ text: UnsafePointer<UInt8>, _ count: Int, symbols: SymbolIndex, into record: inout apus_record
  ) -> Bool {
    if count < 96 { return false }
    var at = 15
    var closers = 1
    // SAFETY (for the whole function): the head is within the 96 bytes. A field is read after a look at how much is left:
    // for as many fields as are sure to have so much behind them at once. The tail has checks of its own.
    if unsafe apus_load64(text) == 0x6D61_6572_7473_227B {  // {"stream
      at = unsafe streamHead(text)
      closers = 2
    } else {
      if unsafe apus_load64(text) != 0x6761_223A_2265_227B { return false }  // {"e":"ag
      if unsafe apus_load64(text + 7) != 0x2265_6461_7254_6767 { return false }  // ggTrade"
    }
    if at < 0 || at &+ 3 &* fieldBytes > count { return false }
    var ignored: Int64 = 0
    var id: Int64 = 0
    var name = 0
    if unsafe !integer(text, &at, Key.eventTime, usual: 13, &ignored) { return false }
    if unsafe isSymbolNext(text, at) {
      if unsafe !symbol(text, &at, symbols, &name) { return false }
      if unsafe !integer(text, &at, Key.id, usual: 10, &id) { return false }
    } else {
      if unsafe !integer(text, &at, Key.id, usual: 10, &id) { return false }
      if unsafe !isSymbolNext(text, at) { return false }
      if unsafe !symbol(text, &at, symbols, &name) { return false }
    }
    if at &+ 2 &* fieldBytes > count { return false }
    var price: Int64 = 0
    var quantity: Int64 = 0
    if unsafe !decimal(text, &at, Key.price, 6, &price) { return false }
    if unsafe !decimal(text, &at, Key.quantity, 6, &quantity) { return false }
    if at &+ 2 &* fieldBytes > count { return false }
    if unsafe text[at &+ 2] == UInt8(ascii: "n") {
      if unsafe !decimal(text, &at, Key.withoutRpi, 7, &ignored) { return false }
    }
    var firstId: Int64 = 0
    var lastId: Int64 = 0
    var time: Int64 = 0
    if unsafe !integer(text, &at, Key.firstId, usual: 10, &firstId) { return false }
    if at &+ fieldBytes > count { return false }
    if unsafe !integer(text, &at, Key.lastId, usual: 10, &lastId) { return false }
    if at &+ fieldBytes > count { return false }
    if unsafe !integer(text, &at, Key.time, usual: 13, &time) { return false }
    if price == 0 || UInt64(bitPattern: time &- 1) >= 100_000_000_000_000 { return false }
    let maker = unsafe tail(text, count, at, closers)
    if maker < 0 { return false }
    // Only now: the general scanner finds the record as the caller left it.
    // SAFETY (here and for the span): the record's own bytes, for the length of the call.
    unsafe apus_record_set_head(&record, maker > 0 ? RecordFlags.sell : 0, UInt32(truncatingIfNeeded: name))
    record.time_ms = time
    record.id = id
    record.price_e8 = price
    record.quantity_e8 = quantity
    record.first_id = firstId
    let distance = lastId &- firstId
    let isSpan = firstId > 0 && distance >= 0 && distance <= Int64(UInt32.max)
    unsafe apus_record_set_span(&record, isSpan ? UInt32(distance) : 0)
    return true
  }

  /// Where `{"stream":"...","data":{"e":"aggTrade"` ends; -1 for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func streamHead(_ text: UnsafePointer<UInt8>) -> Int {
    // SAFETY: the caller has checked that 96 bytes are there; a name of at most 32 bytes and the rest end before 70.
    if unsafe apus_load64(text + 3) != 0x223A_226D_6165_7274 { return -1 }  // tream":"
    let ends = unsafe apus_string_ends16(text + 11) | apus_string_ends16(text + 27) << 16
    let quote = apus_step(11, Int64(ends.trailingZeroBitCount), 16)
    if unsafe apus_load64(text + Int(quote)) != 0x2261_7461_6422_2C22 { return -1 }  // ","data"
    if unsafe apus_load64(text + Int(quote) + 8) != 0x6122_3A22_6522_7B3A { return -1 }  // :{"e":"a
    if unsafe apus_load64(text + Int(quote) + 16) != 0x2265_6461_7254_6767 { return -1 }  // ggTrade"
    return Int(quote) &+ 24
  }

  /// `,"x":` and up to fifteen digits, which are moved past; false for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func integer(
    _ text: UnsafePointer<UInt8>, _ at: inout Int, _ key: UInt64, usual: Int64, _ value: inout Int64
  ) -> Bool {
    // SAFETY: 5 bytes of key and 16 of digits are fewer than `fieldBytes`, which the caller has seen are there.
    if unsafe apus_load64(text + at) & 0xFF_FFFF_FFFF != key { return false }
    let number = unsafe apus_whole15(text + at + 5)
    if number.length == 0 { return false }
    at = Int(apus_step(Int64(at &+ 5), number.length, usual))
    value = number.value
    return true
  }

  /// `,"x":"` (of `length` bytes), a plain decimal in units of 1e-8 and its closing quote, which are moved past; false
  /// for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func decimal(
    _ text: UnsafePointer<UInt8>, _ at: inout Int, _ key: UInt64, _ length: Int, _ value: inout Int64
  ) -> Bool {
    // SAFETY: at most 7 bytes of key and 16 behind it are `fieldBytes`, which the caller has seen are there.
    let mask: UInt64 = length == 6 ? 0xFFFF_FFFF_FFFF : 0xFF_FFFF_FFFF_FFFF
    if unsafe apus_load64(text + at) & mask != key { return false }
    let number = unsafe apus_decimal15(text + at + length, UInt8(ascii: "\""))
    if number.length == 0 { return false }
    at = at &+ length &+ Int(number.length) &+ 1
    value = number.value
    return true
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func isSymbolNext(_ text: UnsafePointer<UInt8>, _ at: Int) -> Bool {
    // SAFETY: 8 bytes, fewer than `fieldBytes`, which the caller has seen are there.
    unsafe apus_load64(text + at) & 0xFFFF_FFFF_FFFF == 0x223A_2273_222C  // ,"s":"
  }

  /// The index of a name of at most fifteen bytes that is one of the run's, and past its quote; false for anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func symbol(
    _ text: UnsafePointer<UInt8>, _ at: inout Int, _ symbols: SymbolIndex, _ value: inout Int
  ) -> Bool {
    let start = at &+ 6
    // SAFETY: 6 bytes of key and 16 of name are fewer than `fieldBytes`, which the caller has seen are there.
    let quotes = unsafe apus_quotes16(text + start)
    if quotes == 0 { return false }
    let length = quotes.trailingZeroBitCount
    at = Int(apus_step(Int64(start &+ 1), Int64(length), 7))
    value = unsafe symbols.find(apus_load64(text + start), apus_load64(text + start + 8), length: length)
    return value >= 0
  }

  /// `,"m":true`, perhaps `,"st":1`, and the closing braces, which end the frame: 1 when the buyer is the maker, else 0; -1 for
  /// anything else.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func tail(_ text: UnsafePointer<UInt8>, _ count: Int, _ start: Int, _ closers: Int) -> Int {
    if start &+ 10 > count { return -1 }
    // SAFETY: 10 bytes are there by the line above; whatever lies further is read after a check of its own.
    let maker = unsafe apus_load64(text + start)
    // Which of the two it is, no processor can predict: no branch on it.
    let isTrue = maker == 0x7572_743A_226D_222C ? 1 : 0  // ,"m":tru
    let isFalse = maker == 0x6C61_663A_226D_222C ? 1 : 0  // ,"m":fal
    if isTrue | isFalse == 0 { return -1 }
    var at = start &+ 9 &+ isFalse
    // The last letter, and before it the s of false (or the u of true, seen above).
    if unsafe text[at &- 1] != UInt8(ascii: "e") { return -1 }
    if unsafe text[at &- 2] != (isTrue == 1 ? UInt8(ascii: "u") : UInt8(ascii: "s")) { return -1 }
    if at &+ 8 <= count {
      if unsafe apus_load64(text + at) != 0x7D31_3A22_7473_222C { return -1 }  // ,"st":1}
      at &+= 7
    }
    if at &+ closers != count { return -1 }
    if unsafe text[at] != UInt8(ascii: "}") { return -1 }
    return unsafe text[count &- 1] == UInt8(ascii: "}") ? isTrue : -1
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
