import CRecords
import Domain
import HotPath

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The trades of one aggTrades CSV, row by row, with the line they stand in.
public final class TradeFile {
  public let path: String
  private let source: any LineSource
  private var chunk = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0
  private var line = 0
  /// A silence is passed point by point on the 15 s grid: a T that is a year ahead would keep a replay busy for hours, and
  /// one thousands of years ahead for ever. No contract on record was silent for a day.
  static let silenceMillisMax: Int64 = 366 * 86_400_000
  /// Whoever reads rows goes on behind the last one, and counts what lies between two: ids that leave no room for it are errors, as
  /// they are to the engine.
  static let idMost: Int64 = 1 << 60
  /// T of the row before; 0 before the first of the symbol.
  var previousMillis: Int64 = 0
  /// Header lines passed so far.
  private(set) var headerCount = 0
  /// What stopped a `read` that had rows to give first.
  private var failure: ReplayError?

  public init(_ path: String) throws(ReplayError) {
    self.path = path
    source = try LineSources.open(path)
  }

  /// Bytes of the file consumed so far.
  public var bytesConsumed: Int64 {
    // A mapped file is one chunk: its position tells more than "all of it".
    source is MappedFile ? Int64(position) : source.bytesConsumed
  }

  /// The next row; false at the end. `record.symbol` and `kind` are the caller's to set.
  public func next(into record: inout apus_record) throws(ReplayError) -> Bool {
    // SAFETY: one record, lent for the length of the call.
    try withUnsafeMutablePointer(to: &record) { record throws(ReplayError) in
      try read(into: UnsafeMutableBufferPointer(start: record, count: 1)) == 1
    }
  }

  /// The next rows, as many as there is room for, and how many; 0 at the end. `symbol` and `kind` of the records are left
  /// alone. A row that is wrong is told when those before it have been given.
  ///
  /// Many at once, since a call a row through this class, its chunk and its source was a fifth of a replay's time.
  public func read(into records: UnsafeMutableBufferPointer<apus_record>) throws(ReplayError) -> Int {
    precondition(!records.isEmpty, "no row fits into no room, and 0 means the end")
    if let failure { throw failure }
    var count = 0
    while true {
      count = readPlain(into: records, from: count)
      if count == records.count { return count }
      do throws(ReplayError) {
        if try !readOne(into: &records[count]) { return count }
      } catch {
        failure = error
        if count == 0 { throw error }
        return count
      }
      count += 1
    }
  }

  /// Rows as archives have them, until one is not; gives the new count.
  private func readPlain(into records: UnsafeMutableBufferPointer<apus_record>, from first: Int) -> Int {
    // SAFETY: `chunk` stays valid until the next `nextChunk`.
    let bytes = chunk.span
    var at = position
    var count = first
    var previous = previousMillis
    while count < records.count {
      let next = AggTradeRow.line(bytes, at, into: &records[count])
      if next == 0 { break }
      let millis = records[count].time_ms
      if previous > 0, millis - previous > Self.silenceMillisMax { break }
      previous = millis
      at = next
      count += 1
    }
    line += count - first
    position = at
    previousMillis = previous
    return count
  }

  /// Any row, line by line; false at the end.
  private func readOne(into record: inout apus_record) throws(ReplayError) -> Bool {
    while true {
      if position == chunk.count {
        guard let next = try source.nextChunk() else {
          // A download that failed looks like this; a day without trades has a header.
          if line == 0 { throw .noTrades(path: path) }
          return false
        }
        chunk = next
        position = 0
      }
      var start = position
      var end = lineEnd(from: start)
      position = min(end + 1, chunk.count)
      line += 1
      // SAFETY: `chunk` stays valid until the next `nextChunk`, and end <= chunk.count.
      let bytes = chunk.span
      if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      if line == 1, chunk[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
      if start == end { continue }
      if bytes[start] == UInt8(ascii: "a"), isHeader(start) {
        headerCount += 1
        continue
      }
      let outcome = AggTradeRow.parse(bytes, start, end, into: &record)
      if outcome != .trade {
        throw .badRow(path: path, line: line, content: content(start, end), reason: Self.reason(outcome))
      }
      // A row with fewer digits never comes here; those with more are slow anyway.
      if record.id > Self.idMost {
        let reason = "the id is above 2^60, which no venue's is"
        throw .badRow(path: path, line: line, content: content(start, end), reason: reason)
      }
      if previousMillis > 0, record.time_ms - previousMillis > Self.silenceMillisMax {
        let reason = "the time is more than a year after the row before"
        throw .badRow(path: path, line: line, content: content(start, end), reason: reason)
      }
      previousMillis = record.time_ms
      return true
    }
  }

  private func lineEnd(from start: Int) -> Int {
    guard let base = chunk.baseAddress else { return start }
    // SAFETY: start <= chunk.count; memchr stays within the given length.
    guard let found = memchr(base + start, 0x0A, chunk.count - start) else { return chunk.count }
    return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
  }

  /// Archives have a header since 2022-08-11 and none before; each member of a zip has its own.
  private func isHeader(_ start: Int) -> Bool { chunk[start...].starts(with: Array("agg_trade_id,".utf8)) }

  private func content(_ start: Int, _ end: Int) -> String {
    let shown = chunk[start..<min(end, start + 120)]
    let text = String(decoding: shown.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    return end - start > 120 ? text + "..." : text
  }

  private static func reason(_ outcome: RowOutcome) -> String {
    switch outcome {
    case .trade: "no error"
    case .wrongFieldCount: "fewer than 7 fields"
    case .badId: "an id is not a whole number within 64 bits"
    case .badPrice: "the price is not a positive decimal of at most 8 places"
    case .badQuantity: "the quantity is not a decimal of at most 8 places"
    case .badTime: "the time is not in milliseconds"
    case .microseconds: "the time is in microseconds (spot archives since 2025); USD-M archives have milliseconds"
    case .badMaker: "is_buyer_maker is neither true nor false"
    }
  }
}
