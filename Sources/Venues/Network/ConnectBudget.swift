/// Keeps new connections within the venue's limit: 300 in five minutes and address are documented for its spot side, and
/// nothing for futures, so a third of that is used; one more every 50 ms at most.
struct ConnectBudget {
  static let windowNanos: UInt64 = 300_000_000_000
  static let paceNanos: UInt64 = 50_000_000

  private let most: Int
  /// Of the last `most` connections, oldest first.
  private var begun: [UInt64] = []

  init(most: Int = 100) {
    precondition(most > 0, "some connection is allowed")
    self.most = most
  }

  /// When the next connection may begin, on the same clock as `nowNanos`; 0: now.
  mutating func nextNanos(nowNanos: UInt64) -> UInt64 {
    begun.removeAll { $0 + Self.windowNanos <= nowNanos }
    if begun.count >= most, let oldest = begun.first { return oldest + Self.windowNanos }
    if let last = begun.last, last + Self.paceNanos > nowNanos { return last + Self.paceNanos }
    return 0
  }

  mutating func begin(nowNanos: UInt64) { begun.append(nowNanos) }
}
