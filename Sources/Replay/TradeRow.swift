import CRecords
import Domain
import HotPath

/// A trade as a row of an archive has it, in 48 bytes: a record has 16 that only the engine needs.
struct TradeRow: Equatable {
  /// As today's archives have it.
  static let header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"

  var id: Int64
  var priceE8: Int64
  var quantityE8: Int64
  var firstId: Int64
  var timeMillis: Int64
  var span: UInt32
  var isBuyerMaker: Bool

  init(_ record: borrowing apus_record) {
    id = record.id
    priceE8 = record.price_e8
    quantityE8 = record.quantity_e8
    firstId = record.first_id
    timeMillis = record.time_ms
    span = record.span
    isBuyerMaker = record.flags & RecordFlags.sell != 0
  }

  func append(to bytes: inout [UInt8]) {
    CsvFields.integer(id, to: &bytes)
    CsvFields.comma(&bytes)
    FixedPoint.append(Int128(priceE8), to: &bytes)
    CsvFields.comma(&bytes)
    FixedPoint.append(Int128(quantityE8), to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(firstId, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(firstId + Int64(span), to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(timeMillis, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(isBuyerMaker ? "true" : "false", to: &bytes)
    CsvFields.lineEnd(&bytes)
  }
}
