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
  @_noAllocation @_noLocks
  public static func parse(_ text: Span<UInt8>, _ start: Int, _ end: Int, into record: inout apus_record) -> RowOutcome
  {
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
