/// Keeps new connections within the venue's limit: 300 in five minutes and address are documented for its spot side, and
/// nothing for futures, so a third of that is used; one more every 50 ms at most. Silent for as long as the venue says when it
/// limits the address all the same: whichever connection was told so, the limit is of all.
struct ConnectBudget {
  static let windowNanos: UInt64 = 300_000_000_000
  static let paceNanos: UInt64 = 50_000_000

  private let most: Int
  /// Of the last `most` connections, oldest first.
  private var begun: [UInt64] = []
  private var pausedUntilNanos: UInt64 = 0

  init(most: Int = 100) {
    precondition(most > 0, "some connection is allowed")
    self.most = most
  }

  /// When the next connection may begin, on the same clock as `nowNanos`; 0: now.
  mutating func nextNanos(nowNanos: UInt64) -> UInt64 {
    begun.removeAll { $0 + Self.windowNanos <= nowNanos }
    let paced = pacedNanos(nowNanos: nowNanos)
    return isPaused(nowNanos: nowNanos) ? max(paced, pausedUntilNanos) : paced
  }

  private func pacedNanos(nowNanos: UInt64) -> UInt64 {
    if begun.count >= most, let oldest = begun.first { return oldest + Self.windowNanos }
    if let last = begun.last, last + Self.paceNanos > nowNanos { return last + Self.paceNanos }
    return 0
  }

  /// No connection for so long, which is not below 0; a longer pause that runs stays.
  mutating func pause(forMillis millis: Int64, nowNanos: UInt64) {
    pausedUntilNanos = max(pausedUntilNanos, nowNanos + UInt64(millis) * 1_000_000)
  }

  func isPaused(nowNanos: UInt64) -> Bool { nowNanos < pausedUntilNanos }

  mutating func begin(nowNanos: UInt64) { begun.append(nowNanos) }
}
