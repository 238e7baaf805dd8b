import CRecords

/// Trades of files, held in memory and given back by id: at most 64 bytes each.
///
/// 48 for the row, in blocks that are never copied, and 6 while they are sorted: places of 4 bytes, and half as much
/// again that `sort` takes. *Rejected:* to sort the rows themselves (72), and files on disk, since a month fits into memory.
final class TradeRows {
  private static let blockRows = 1 << 16
  private static let readRows = 512
  /// Places are 32 bits: 200 GB of rows.
  private static let rowsMax = Int(UInt32.max)

  private var blocks: [UnsafeMutablePointer<TradeRow>] = []
  private(set) var count = 0
  private var largestId = Int64.min
  /// Rows that came behind one with a larger id.
  private(set) var unsortedCount = 0

  deinit { for block in blocks { block.deallocate() } }

  private subscript(_ place: UInt32) -> TradeRow {
    // SAFETY: places are below `count`, and that many rows were written.
    blocks[Int(place) / Self.blockRows][Int(place) % Self.blockRows]
  }

  private func append(_ row: TradeRow) {
    precondition(count < Self.rowsMax, "a place has 32 bits")
    if count % Self.blockRows == 0 {
      // SAFETY: uninitialised rows, each written once below before it is read; freed by `deinit`, nothing to destroy.
      blocks.append(.allocate(capacity: Self.blockRows))
    }
    blocks[count / Self.blockRows].advanced(by: count % Self.blockRows).initialize(to: row)
    count += 1
    if row.id < largestId { unsortedCount += 1 } else { largestId = row.id }
  }

  /// Adds a file's rows; `goesOn` gets the bytes of it that are read, and may end it with `.stopped`.
  func read(_ path: String, goesOn: (Int64) -> Bool) throws(ReplayError) {
    try Self.forEach(in: try TradeFile(path), goesOn: goesOn) { row throws(ReplayError) in append(row) }
  }

  /// All rows by id; those of one id in the order they were read.
  func forEachById(_ body: (TradeRow) throws(ReplayError) -> Void) throws(ReplayError) {
    guard unsortedCount > 0 else {
      for place in 0..<UInt32(count) { try body(self[place]) }
      return
    }
    var places = Array(0..<UInt32(count))
    places.sort { left, right in
      let (leftId, rightId) = (self[left].id, self[right].id)
      return leftId != rightId ? leftId < rightId : left < right
    }
    for place in places { try body(self[place]) }
  }

  /// The rows of a file in its order.
  static func forEach(
    in file: TradeFile, goesOn: (Int64) -> Bool, _ body: (TradeRow) throws(ReplayError) -> Void
  ) throws(ReplayError) {
    // SAFETY: records lent to `read`, which writes them before they are read here; freed at the end.
    let records = UnsafeMutableBufferPointer<apus_record>.allocate(capacity: readRows)
    defer { records.deallocate() }
    records.initialize(repeating: apus_record())
    while true {
      let count = try file.read(into: records)
      if count == 0 { return }
      for index in 0..<count { try body(TradeRow(records[index])) }
      guard goesOn(file.bytesConsumed) else { throw .stopped }
    }
  }
}
