/// Which symbols the venue trades no longer, by several looks at its list in a row: one answer may be wrong, or cut short.
struct Delistings {
  /// A symbol that is missing in so many looks in a row is gone.
  static let looks = 3
  /// So many when it is one of many that are missing at once, which is more likely the answer's fault. No more than that: a venue that
  /// closes a whole class of contracts is to be believed in the end.
  static let looksAmongMany = 12
  /// More than these at once are many.
  private static let few = 3
  private static let shareOfFew = 0.1

  private var missingLooks: [String: Int] = [:]
  private var gone: Set<String> = []

  struct Look: Equatable {
    /// Gone since this look, sorted; each is told once.
    var gone: [String]
    /// How many are missing that are not gone yet, when they are too many to be believed soon; else 0.
    var doubted = 0
  }

  /// `known`: the run's symbols; `trading`: what the venue lists as trading.
  mutating func look(known: Set<String>, trading: Set<String>) -> Look {
    // Those that are gone would soon make many of a few.
    let watched = known.subtracting(gone)
    let missing = watched.subtracting(trading)
    let areMany = missing.count > max(Self.few, Int(Double(watched.count) * Self.shareOfFew))
    missingLooks = missingLooks.filter { missing.contains($0.key) }
    var lost: [String] = []
    for symbol in missing {
      missingLooks[symbol, default: 0] += 1
      if missingLooks[symbol, default: 0] >= (areMany ? Self.looksAmongMany : Self.looks) { lost.append(symbol) }
    }
    for symbol in lost { missingLooks[symbol] = nil }
    gone.formUnion(lost)
    return Look(gone: lost.sorted(), doubted: areMany ? missing.count - lost.count : 0)
  }
}
