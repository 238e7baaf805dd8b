import CBytes
import CRecords
import Domain

/// What is wrong with a row of an aggTrades file.
public enum RowOutcome: UInt8, Sendable, BitwiseCopyable {
  case trade = 0
  case wrongFieldCount
  case badId
  case badPrice
  case badQuantity
  case badTime
  /// T above 1e14: microseconds, as spot archives have them since 2025.
  case microseconds
  case badMaker
}

/// Parser of one row of a data.binance.vision aggTrades file:
/// `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker`; what follows (spot archives
/// have an eighth column) is not looked at.
public enum AggTradeRow {
  /// Fills `record` from `text[start..<end]`, a line without its end. Any thread; no allocation.
  ///
  /// Rows as archives have them are read sixteen bytes at once, the rest byte by byte, which also finds out what is wrong. A
  /// test and the fuzzer compare the two.
  @_noAllocation @_noLocks
  public static func parse(_ text: Span<UInt8>, _ start: Int, _ end: Int, into record: inout apus_record) -> RowOutcome
  {
    if start &+ plainBytes <= text.count {
      // SAFETY: the pointer is used within the closure only, for the span's own bytes.
      let plainEnd = unsafe text.withUnsafeBufferPointer { bytes in
        unsafe plain(bytes.baseAddress.unsafelyUnwrapped, start, &record)
      }
      if plainEnd == end { return .trade }
    }
    return scan(text, start, end, into: &record)
  }

  /// The row that begins at `start`, if it is plain, ends in a line feed and has text behind it: where the next line begins.
  /// 0 says nothing about the row, which `parse` then judges, and the record may have been written to.
  ///
  /// Finds the line's end on the way, where a search for it would go over the row twice. *Rejected:* to look for it first,
  /// so that the next row's place need not wait for this one's numbers (no gain).
  @_noAllocation @_noLocks
  public static func line(_ text: Span<UInt8>, _ start: Int, into record: inout apus_record) -> Int {
    if start &+ plainBytes > text.count { return 0 }
    // SAFETY: as above; a plain row and one byte more lie within `plainBytes`.
    return unsafe text.withUnsafeBufferPointer { bytes in
      let end = unsafe plain(bytes.baseAddress.unsafelyUnwrapped, start, &record)
      if end == notPlain { return 0 }
      return unsafe bytes[end] == UInt8(ascii: "\n") ? end &+ 1 : 0
    }
  }

  /// Beyond what a plain row takes: six numbers of at most 15 characters and their commas, and what is looked at behind.
  private static var plainBytes: Int {
    @_noAllocation @_noLocks
    get { 128 }
  }

  /// No place: 0 is where an empty first line ends.
  private static var notPlain: Int {
    @_noAllocation @_noLocks
    get { -1 }
  }

  /// Seven fields, none longer than fifteen characters, `true` or `false` at the end: the place behind it. `notPlain` says
  /// nothing about the row, and leaves the record alone. `plainBytes` lie behind `start`.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func plain(_ text: UnsafePointer<UInt8>, _ start: Int, _ record: inout apus_record) -> Int {
    let comma = UInt8(ascii: ",")
    // SAFETY (for the whole function): each field takes at most 16 bytes with its comma, so the sixth ends within 96 and
    // sixteen bytes more are within `plainBytes`, which the caller has seen are there.
    var at = start
    var id: Int64 = 0
    var firstId: Int64 = 0
    var lastId: Int64 = 0
    var time: Int64 = 0
    if unsafe !whole(text, &at, usual: 10, &id) { return notPlain }
    let price = unsafe apus_decimal15(text + at, comma)
    if price.length == 0 || price.value == 0 { return notPlain }
    at = at &+ Int(price.length) &+ 1
    let quantity = unsafe apus_decimal15(text + at, comma)
    if quantity.length == 0 { return notPlain }
    at = at &+ Int(quantity.length) &+ 1
    if unsafe !whole(text, &at, usual: 10, &firstId) { return notPlain }
    if unsafe !whole(text, &at, usual: 10, &lastId) { return notPlain }
    if unsafe !whole(text, &at, usual: 13, &time) { return notPlain }
    if time == 0 || time > 100_000_000_000_000 { return notPlain }
    let word = unsafe apus_load64(text + at)
    // Either is as likely, so no branch: five letters of "false", or four of "true" and whatever follows.
    let isTrue = word & 0xFFFF_FFFF == 0x6575_7274 ? 1 : 0
    let isFalse = word & 0xFF_FFFF_FFFF == 0x65_736C_6166 ? 1 : 0
    if isTrue | isFalse == 0 { return notPlain }
    record.id = id
    record.price_e8 = price.value
    record.quantity_e8 = quantity.value
    record.first_id = firstId
    record.time_ms = time
    record.flags = UInt16(truncatingIfNeeded: isTrue) &* RecordFlags.sell
    let distance = lastId &- firstId
    record.span = distance >= 0 && distance <= Int64(UInt32.max) ? UInt32(distance) : 0
    return at &+ 4 &+ isFalse
  }

  /// Up to fifteen digits and a comma, which are moved past.
  @_noAllocation @_noLocks
  @inline(__always)
  private static func whole(
    _ text: UnsafePointer<UInt8>, _ at: inout Int, usual: Int64, _ value: inout Int64
  ) -> Bool {
    // SAFETY: as in `plain`.
    let number = unsafe apus_whole15(text + at)
    if number.length == 0 { return false }
    let end = Int(apus_step(Int64(at), number.length, usual))
    if unsafe text[end] != UInt8(ascii: ",") { return false }
    at = end &+ 1
    value = number.value
    return true
  }

  /// The same, byte by byte; public so that the two can be compared.
  @_noAllocation @_noLocks
  @inline(never)
  public static func scan(_ text: Span<UInt8>, _ start: Int, _ end: Int, into record: inout apus_record) -> RowOutcome {
    var index = start
    var lastId: Int64 = 0
    if !DecimalScan.integer(text, &index, &record.id) { return .badId }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badId) }
    if !DecimalScan.units(text, &index, &record.price_e8) || record.price_e8 == 0 { return .badPrice }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badPrice) }
    if !DecimalScan.units(text, &index, &record.quantity_e8) { return .badQuantity }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badQuantity) }
    if !DecimalScan.integer(text, &index, &record.first_id) { return .badId }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badId) }
    if !DecimalScan.integer(text, &index, &lastId) { return .badId }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badId) }
    if !DecimalScan.integer(text, &index, &record.time_ms) { return .badTime }
    if record.time_ms > 100_000_000_000_000 { return .microseconds }
    if record.time_ms == 0 { return .badTime }
    if !comma(text, &index, end) { return separatorError(text, index, end, .badTime) }
    var fieldEnd = index
    while fieldEnd < end, text[fieldEnd] != UInt8(ascii: ",") { fieldEnd &+= 1 }
    guard let isMaker = boolean(text, index, fieldEnd) else { return .badMaker }
    record.flags = isMaker ? RecordFlags.sell : 0
    let distance = lastId &- record.first_id
    record.span = distance >= 0 && distance <= Int64(UInt32.max) ? UInt32(distance) : 0
    return .trade
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func comma(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
    if index >= end { return false }
    if text[index] != UInt8(ascii: ",") { return false }
    index &+= 1
    return true
  }

  /// A field that doesn't end in a comma is either the last one of a short row or spelled wrongly.
  @_noAllocation @_noLocks
  private static func separatorError(_ text: Span<UInt8>, _ index: Int, _ end: Int, _ field: RowOutcome) -> RowOutcome {
    index >= end ? .wrongFieldCount : field
  }

  /// `true` or `false` in the archives' spellings (`true`, `True`, `TRUE`).
  @_noAllocation @_noLocks
  private static func boolean(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool? {
    var word: UInt64 = 0
    if end &- start > 5 || end <= start { return nil }
    var index = start
    while index < end {
      word = word << 8 | UInt64(text[index] | 0x20)
      index &+= 1
    }
    if word == 0x7472_7565 { return true }
    return word == 0x66_616C_7365 ? false : nil
  }
}
