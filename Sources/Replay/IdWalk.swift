/// What ids say, row by row in their order: holes, repetitions, contradictions.
struct IdWalk {
  /// Places where ids are left out, and how many ids in all.
  private(set) var gaps: Int64 = 0
  private(set) var missingIds: Int64 = 0
  /// Rows that say the same as an earlier one of their id.
  private(set) var duplicates: Int64 = 0
  /// Rows that say something else than the first of their id.
  private(set) var contradictions: Int64 = 0
  /// The first row of the newest id.
  private(set) var newest: TradeRow?

  /// Whether `row` is the first of its id. Ids don't descend from call to call.
  mutating func take(_ row: TradeRow) -> Bool {
    if let newest {
      precondition(row.id >= newest.id, "rows come by id")
      if row.id == newest.id {
        if row == newest { duplicates += 1 } else { contradictions += 1 }
        return false
      }
      if row.id - newest.id > 1 {
        gaps += 1
        missingIds += row.id - newest.id - 1
      }
    }
    newest = row
    return true
  }
}
