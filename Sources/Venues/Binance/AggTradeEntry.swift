import CRecords
import Domain

/// One element of the answer to aggTrades, as on the wire. Unknown keys (`nq`) are skipped.
struct AggTradeEntry: Decodable {
  var id: Int64
  var price: String
  var quantity: String
  var firstId: Int64
  var lastId: Int64
  var timeMillis: Int64
  var isBuyerMaker: Bool

  private enum CodingKeys: String, CodingKey {
    case id = "a"
    case price = "p"
    case quantity = "q"
    case firstId = "f"
    case lastId = "l"
    case timeMillis = "T"
    case isBuyerMaker = "m"
  }

  /// Ids beyond are errors: the next one after a page must be a number.
  private static let idEnd: Int64 = 1 << 60

  /// nil when a price or quantity isn't an exact decimal, or a price isn't positive. Zero quantities exist.
  var record: apus_record? {
    guard let priceUnits = FixedPoint.units(price), let quantityUnits = FixedPoint.units(quantity),
      priceUnits > 0, quantityUnits >= 0, (0..<Self.idEnd).contains(id), timeMillis > 0
    else { return nil }
    var record = apus_record()
    record.kind = EventKind.historyTrade.rawValue
    record.flags = isBuyerMaker ? RecordFlags.sell : 0
    record.time_ms = timeMillis
    record.id = id
    record.price_e8 = priceUnits
    record.quantity_e8 = quantityUnits
    record.first_id = firstId
    // As in the stream's parser: an unknown span is 0.
    record.span = UInt32(exactly: lastId.subtractingReportingOverflow(firstId).partialValue) ?? 0
    return record
  }
}
