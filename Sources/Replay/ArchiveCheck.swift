/// What an aggTrades file holds, in numbers.
public struct ArchiveFacts: Sendable, Equatable {
  public var rows: Int64 = 0
  /// Lines with the columns' names: 0 before 2022-08-11.
  public var headers = 0
  /// nil without rows.
  public var ids: ClosedRange<Int64>?
  public var timesMillis: ClosedRange<Int64>?
  /// Places where ids are left out, and how many ids in all.
  public var gaps: Int64 = 0
  public var missingIds: Int64 = 0
  /// Rows that repeat an earlier one.
  public var duplicates: Int64 = 0
  /// Rows with the id of an earlier one and another content.
  public var contradictions: Int64 = 0
  /// Rows behind one with a larger id.
  public var unsorted: Int64 = 0
  public var zeroQuantities: Int64 = 0
}

/// Reads an aggTrades file for what is odd about it.
public enum ArchiveCheck {
  /// `progress` gets the bytes read so far and is asked whether to go on. Throws what makes the file unreadable.
  ///
  /// A file whose ids ascend takes no memory. For others, which are few, it is read again, into 64 bytes a row.
  public static func facts(of path: String, progress: (Int64) -> Bool = { _ in true })
    throws(ReplayError) -> ArchiveFacts
  {
    var facts = ArchiveFacts()
    var walk = try scan(path, &facts, progress)
    if facts.unsorted > 0 {
      walk = IdWalk()
      let rows = TradeRows()
      try rows.read(path, goesOn: progress)
      try rows.forEachById { row throws(ReplayError) in _ = walk.take(row) }
    }
    facts.gaps = walk.gaps
    facts.missingIds = walk.missingIds
    facts.duplicates = walk.duplicates
    facts.contradictions = walk.contradictions
    return facts
  }

  /// In the file's order; what it says about ids holds when they ascend. A function of its own, so that the file is let go
  /// before it is read again.
  private static func scan(
    _ path: String, _ facts: inout ArchiveFacts, _ progress: (Int64) -> Bool
  ) throws(ReplayError) -> IdWalk {
    var walk = IdWalk()
    let file = try TradeFile(path)
    try TradeRows.forEach(in: file, goesOn: progress) { row throws(ReplayError) in
      count(row, &facts)
      if facts.unsorted == 0 { _ = walk.take(row) }
    }
    facts.headers = file.headerCount
    return walk
  }

  private static func count(_ row: TradeRow, _ facts: inout ArchiveFacts) {
    facts.rows += 1
    if row.quantityE8 == 0 { facts.zeroQuantities += 1 }
    if let ids = facts.ids, let times = facts.timesMillis {
      if row.id < ids.upperBound { facts.unsorted += 1 }
      facts.ids = min(ids.lowerBound, row.id)...max(ids.upperBound, row.id)
      facts.timesMillis = min(times.lowerBound, row.timeMillis)...max(times.upperBound, row.timeMillis)
    } else {
      facts.ids = row.id...row.id
      facts.timesMillis = row.timeMillis...row.timeMillis
    }
  }
}
