/// The archive's aggTrades CSV: `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker`.
public enum ArchiveCSV {
  static let header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"

  /// A line that is no trade.
  public struct Malformed: Error, Equatable {
    public let line: String
  }

  /// A tape as a file with a header; prices and quantities without trailing zeros.
  public static func bytes(_ tape: TradeTape) -> [UInt8] {
    var out = WireText(capacity: 80 * (tape.count + 2))
    out.text(header)
    out.raw("\n")
    for position in 0..<tape.count {
      let trade = tape[position]
      out.integer(trade.id)
      out.raw(",")
      out.shortest(trade.priceE8)
      out.raw(",")
      out.shortest(trade.quantityE8)
      out.raw(",")
      out.integer(trade.firstID)
      out.raw(",")
      out.integer(trade.lastID)
      out.raw(",")
      out.integer(trade.timeMillis)
      out.raw(trade.buyerIsMaker ? ",true\n" : ",false\n")
    }
    return out.bytes
  }

  /// The trade of a line; nil for a header or an empty line. Times in microseconds (spot since 2025) become ms.
  public static func trade(_ line: some StringProtocol) throws(Malformed) -> AggTrade? {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    if line.isEmpty || fields[0] == "agg_trade_id" { return nil }
    guard fields.count >= 7, let id = Int64(fields[0]), let price = Decimal8.parse(fields[1]),
      let quantity = Decimal8.parse(fields[2]), let first = Int64(fields[3]), let last = Int64(fields[4]),
      var time = Int64(fields[5]), last >= first, let span = UInt32(exactly: last - first)
    else { throw Malformed(line: String(line)) }
    if time > 100_000_000_000_000 { time /= 1_000 }
    let isMaker = fields[6].lowercased()
    guard isMaker == "true" || isMaker == "false" else { throw Malformed(line: String(line)) }
    return AggTrade(
      id: id, priceE8: price, quantityE8: quantity, normalQuantityE8: quantity, firstID: first, span: span,
      timeMillis: time, buyerIsMaker: isMaker == "true")
  }
}
