/// Which symbols get their past from REST, and in which order: the venue serves some 100 pages of 1,000 trades a minute.
struct HistoryPlan: Equatable {
  /// Symbol indices whose past is fetched, cheapest first: so the most symbols are ready the soonest.
  var fetched: [Int] = []
  /// Those that warm up on the live stream alone, because the others use the budget up.
  var live: [Int] = []
  var pages: Int64 = 0

  /// Pages a minute that history may use: 85 % of the weight of 2,400 at 20 a page.
  static let pagesPerMinute: Int64 = 102

  /// `tradesPerDay` by symbol, nil where nobody knows: those are taken for quiet ones. `minutes`: how long fetching may
  /// take in all.
  init(tradesPerDay: [Int64?], minutes: Int64) {
    let budget = minutes * Self.pagesPerMinute
    let costs = tradesPerDay.map { ($0 ?? 0) / 1_000 + 2 }
    for index in costs.indices.sorted(by: { (costs[$0], $0) < (costs[$1], $1) }) {
      if pages + costs[index] <= budget {
        pages += costs[index]
        fetched.append(index)
      } else {
        live.append(index)
      }
    }
    live.sort()
  }

  var minutes: Int64 { (pages + Self.pagesPerMinute - 1) / Self.pagesPerMinute }
}
