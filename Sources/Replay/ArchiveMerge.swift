/// The numbers of a finished merge.
public struct MergeSummary: Sendable, Equatable {
  public var rowsRead: Int64 = 0
  public var rowsWritten: Int64 = 0
  public var duplicates: Int64 = 0
  public var contradictions: Int64 = 0
  public var unsorted: Int64 = 0
  public var gaps: Int64 = 0
  public var missingIds: Int64 = 0
}

/// Several aggTrades files of one symbol as one clean one: by id, each id once, with a header.
public enum ArchiveMerge {
  /// Writes `output`, packed when its name ends in `.gz`; it appears when it is whole. Memory: at most 64 bytes a row.
  /// Of rows that contradict each other the first one read stays: the earlier file's.
  ///
  /// `progress` gets the bytes read so far and is asked whether to go on; it is asked while writing too.
  public static func run(_ inputs: [String], output: String, progress: (Int64) -> Bool = { _ in true })
    throws(ReplayError) -> MergeSummary
  {
    try FilePlace.refuseClashes(outputs: [output], inputs: inputs)
    let rows = TradeRows()
    var doneBytes: Int64 = 0
    for path in inputs {
      try rows.read(path) { progress(doneBytes + $0) }
      doneBytes += MappedFile.size(path)
    }
    let file = try OutputFile(output)
    let walk: IdWalk
    if output.hasSuffix(".gz") {
      let packed = try GzipOutput(file)
      walk = try write(rows, progress, doneBytes) { body throws(ReplayError) in try packed.row(body) }
      try packed.complete()
    } else {
      walk = try write(rows, progress, doneBytes) { body throws(ReplayError) in try file.row(body) }
    }
    try file.complete()
    try OutputFile.publish([file])
    var summary = MergeSummary(rowsRead: Int64(rows.count))
    summary.duplicates = walk.duplicates
    summary.contradictions = walk.contradictions
    summary.rowsWritten = summary.rowsRead - walk.duplicates - walk.contradictions
    summary.unsorted = Int64(rows.unsortedCount)
    summary.gaps = walk.gaps
    summary.missingIds = walk.missingIds
    return summary
  }

  private static func write(
    _ rows: TradeRows, _ progress: (Int64) -> Bool, _ doneBytes: Int64,
    to output: ((inout [UInt8]) -> Void) throws(ReplayError) -> Void
  ) throws(ReplayError) -> IdWalk {
    var walk = IdWalk()
    var written = 0
    try output { CsvFields.text(TradeRow.header, to: &$0) }
    try rows.forEachById { row throws(ReplayError) in
      let before = walk.newest
      guard walk.take(row) else { return }
      if let before, row.timeMillis - before.timeMillis > TradeFile.silenceMillisMax {
        let reason = "trade \(row.id) is more than a year after the one before, which no replay takes"
        throw .cannotRead(path: "the files together", reason: reason)
      }
      try output { row.append(to: &$0) }
      written += 1
      if written % (1 << 16) == 0, !progress(doneBytes) { throw .stopped }
    }
    return walk
  }
}
