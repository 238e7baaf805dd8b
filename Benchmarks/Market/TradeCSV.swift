import CRecords
import Foundation

/// Trades as a data.binance.vision aggTrades file with its header.
public enum TradeCSV {
  /// Writes `trades` to a new file. Some 0.1 s a million.
  public static func write(_ trades: [apus_record], to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    defer { try? file.close() }
    let rows = 8192
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: rows * FrameText.numbersBytesMax)
    defer { buffer.deallocate() }
    var text = FrameText(at: buffer)
    text.append("agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n")
    try file.write(contentsOf: UnsafeRawBufferPointer(start: buffer, count: text.cursor - buffer))
    var first = 0
    while first < trades.count {
      text = FrameText(at: buffer)
      let end = min(trades.count, first + rows)
      for index in first..<end { text.appendRow(trades[index]) }
      try file.write(contentsOf: UnsafeRawBufferPointer(start: buffer, count: text.cursor - buffer))
      first = end
    }
  }
}
