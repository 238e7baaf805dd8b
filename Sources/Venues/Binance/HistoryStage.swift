import CRecords

/// One symbol's past while it is fetched from its newest trade backwards, until it can be told forwards.
///
/// Judging a trade's size needs the day before it, so windows are built oldest first; but 30 min and 4 h are wanted before
/// the rest of the day is there. So pages are kept here, 64 bytes a trade, and told again at each milestone. BTCUSDT's day
/// is some 1.5 M trades, 100 MB for some 15 min; see `Options.stagedTradesMost`.
struct HistoryStage {
  /// Newest page first; trades within a page ascend.
  private(set) var pages: [[apus_record]] = []
  private(set) var newestId: Int64 = -1
  private(set) var oldestId: Int64 = .max
  private(set) var oldestMillis: Int64 = .max
  private(set) var count = 0
  /// Nothing older is wanted or to be had.
  var isComplete = false
  /// There are older trades that are wanted, and the venue does not give them.
  var isPartial = false

  /// The page before the oldest, or the newest.
  var olderPage: BinanceRest.PageStart {
    if oldestId == .max { return .newest }
    return .fromId(max(0, oldestId - Int64(BinanceRest.aggTradesLimit)))
  }

  /// Adds what is older than all it has; false when that is nothing.
  mutating func addOlder(_ records: [apus_record], notBeforeMillis: Int64) -> Bool {
    let older = records.filter { $0.id < oldestId && $0.time_ms >= notBeforeMillis }
    if records.contains(where: { $0.time_ms < notBeforeMillis }) { isComplete = true }
    guard let first = older.first, let last = older.last else { return false }
    pages.append(older)
    oldestId = first.id
    // T may run backwards within ids.
    oldestMillis = min(oldestMillis, older.reduce(Int64.max) { min($0, $1.time_ms) })
    newestId = max(newestId, last.id)
    count += older.count
    return true
  }

  /// Adds what came after the newest.
  mutating func addNewer(_ records: [apus_record]) {
    let newer = records.filter { $0.id > newestId }
    guard let first = newer.first, let last = newer.last else { return }
    pages.insert(newer, at: 0)
    if oldestId == .max {
      oldestId = first.id
      oldestMillis = newer.reduce(Int64.max) { min($0, $1.time_ms) }
    }
    newestId = last.id
    count += newer.count
  }
}
