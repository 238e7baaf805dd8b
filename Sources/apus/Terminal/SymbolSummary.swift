/// How many symbols are in which state, for when there are too many to list.
struct SymbolSummary {
  private var counts: [(name: String, count: Int)] = []

  init(_ symbols: [ViewModel.Symbol]) {
    for symbol in symbols {
      let name = Self.name(symbol.state)
      if let known = counts.firstIndex(where: { $0.name == name }) {
        counts[known].count += 1
      } else {
        counts.append((name, 1))
      }
    }
    counts.sort { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  /// `580 ready, 12 warm-up, 8 stale`.
  var text: String { counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ") }

  private static func name(_ state: ViewModel.SymbolState) -> String {
    switch state {
    case .history: "history"
    case .warmUp: "warm-up"
    case .gap: "gap"
    case .awaiting(let isConnected): isConnected ? "awaiting" : "cut off"
    case .doubt: "in doubt"
    case .incomplete: "incomplete"
    case .delisted: "delisted"
    case .stale: "stale"
    case .filling: "ready, day filling"
    case .ready: "ready"
    }
  }
}
