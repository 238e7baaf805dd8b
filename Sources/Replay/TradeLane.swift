import CRecords
import Domain

/// One symbol's trades in the order of its files, read ahead by a few hundred.
final class TradeLane {
  private static let rowsMax = 512

  private var files: [String]
  private var file: TradeFile?
  private let rows: UnsafeMutableBufferPointer<apus_record>
  /// Rows that are read and not yet taken.
  private var begin = 0
  private var end = 0
  /// Of the first of them. T runs backwards now and then; a lane's place in the merge is the largest T so far.
  private(set) var headMillis: Int64 = .min
  private var doneBytes: Int64 = 0

  init(symbol: UInt32, files: [String]) {
    self.files = files
    // SAFETY: `rowsMax` records, initialised here and freed by `deinit`; runs of them are lent until the next read.
    rows = .allocate(capacity: Self.rowsMax)
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    record.symbol = symbol
    rows.initialize(repeating: record)
  }

  deinit { rows.deallocate() }

  var bytesConsumed: Int64 { doneBytes + (file?.bytesConsumed ?? 0) }

  /// Whether there is a trade to take; reads on when all have been taken, which ends what `takeRun` lent.
  func hasRows() throws(ReplayError) -> Bool {
    while begin == end {
      if file == nil {
        if files.isEmpty { return false }
        let next = try TradeFile(files.removeFirst())
        next.previousMillis = max(0, headMillis)
        file = next
      }
      guard let file else { return false }
      begin = 0
      end = try file.read(into: rows)
      if end > 0 {
        headMillis = max(headMillis, rows[0].time_ms)
      } else {
        doneBytes += MappedFile.size(file.path)
        self.file = nil
      }
    }
    return true
  }

  /// The first trade, and those behind it whose place in the merge is before `limitMillis`. There is a first one.
  func takeRun(before limitMillis: Int64) -> UnsafeBufferPointer<apus_record> {
    precondition(begin < end, "`hasRows` said that there is one")
    let first = begin
    var at = begin
    var millis = headMillis
    repeat {
      at += 1
      if at == end { break }
      millis = max(millis, rows[at].time_ms)
    } while millis < limitMillis
    begin = at
    headMillis = millis
    return UnsafeBufferPointer(rebasing: rows[first..<at])
  }
}
