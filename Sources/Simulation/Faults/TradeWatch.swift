/// Counts the live trades, of each symbol and of all, and says which faults a trade triggers or lies within.
struct TradeWatch {
  /// A trade that lies within a fault's trades.
  struct Hit: Equatable {
    /// Index of the fault.
    var fault: Int
    var isLast: Bool
  }

  private struct Span {
    var fault: Int
    var first: Int64
    var last: Int64
  }

  /// Sorted once: a trade costs a comparison however many faults still lie ahead.
  private struct Counter {
    var count: Int64 = 0
    /// Ahead, the nearest at the end.
    var waiting: [Span] = []
    var running: [Span] = []

    mutating func step(into hits: inout [Hit]) {
      count += 1
      while let next = waiting.last, next.first == count {
        running.append(next)
        waiting.removeLast()
      }
      guard !running.isEmpty else { return }
      hits += running.map { Hit(fault: $0.fault, isLast: $0.last == count) }
      running.removeAll { $0.last == count }
    }
  }

  private var bySymbol: [Counter]
  private var ofAll = Counter()
  /// Whether any fault looks at trades at all.
  let isNeeded: Bool

  /// `symbolIndex` has the market's symbols.
  init(_ faults: [Fault], symbolIndex: [String: Int]) {
    bySymbol = Array(repeating: Counter(), count: symbolIndex.count)
    var isNeeded = false
    for (index, fault) in faults.enumerated() {
      guard case .trade(let first) = fault.trigger else { continue }
      isNeeded = true
      var last = first
      if case .frame(_, let count) = fault.kind { last += count - 1 }
      let span = Span(fault: index, first: first, last: last)
      if let symbol = fault.symbol.flatMap({ symbolIndex[$0] }) {
        bySymbol[symbol].waiting.append(span)
      } else {
        ofAll.waiting.append(span)
      }
    }
    self.isNeeded = isNeeded
    for symbol in bySymbol.indices { bySymbol[symbol].waiting.sort { $0.first > $1.first } }
    ofAll.waiting.sort { $0.first > $1.first }
  }

  /// Counts a trade; what it hits, in the order of the scenario.
  mutating func count(symbol: Int) -> [Hit] {
    var hits: [Hit] = []
    bySymbol[symbol].step(into: &hits)
    ofAll.step(into: &hits)
    return hits.count < 2 ? hits : hits.sorted { $0.fault < $1.fault }
  }
}
