/// Which symbols get their past from REST, and in which order: the venue's weight reaches for some 100 pages of 1,000 trades a
/// minute.
struct HistoryPlan: Equatable {
  /// Symbol indices whose past is fetched, cheapest first: so the most symbols are ready the soonest.
  var fetched: [Int] = []
  /// Those that warm up on the live stream alone, because the others use the budget up.
  var live: [Int] = []
  var pages: Int64 = 0

  private let pagesPerMinute: Int64

  /// Pages a minute that history may use, of the venue's request weight a minute: 102 of 2,400.
  static func pagesPerMinute(weightLimit: Int) -> Int64 {
    let weight = weightLimit - weightLimit * RestPriority.history.reservePercent / 100
    // A limit below one page still lets the first of a minute go.
    return Int64(max(1, weight / BinanceRest.aggTradesWeight))
  }

  /// `tradesPerDay` by symbol, nil where nobody knows: those are taken for quiet ones. `minutes`: how long fetching may
  /// take in all.
  init(tradesPerDay: [Int64?], minutes: Int64, pagesPerMinute: Int64) {
    self.pagesPerMinute = pagesPerMinute
    let budget = minutes * pagesPerMinute
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

  var minutes: Int64 { (pages + pagesPerMinute - 1) / pagesPerMinute }
}
