/// How far one symbol's history has come.
public struct HistoryProgress: Sendable, Equatable {
  public var symbol: String
  /// Trades pushed, gaps included.
  public var fetched: UInt64
  /// Estimated share of the window, 0...1, by the time of the last trade; 1 when done.
  public var share: Double
  /// `.historyEnd` has been pushed.
  public var isDone: Bool
}

/// What the history's thread has met so far.
public struct HistoryCounts: Sendable, Equatable {
  public init() {}

  public var pages: UInt64 = 0
  /// Answers 429, 418 and 403.
  public var rateLimited: UInt64 = 0
  /// Failed calls that were made again.
  public var retries: UInt64 = 0
  /// Symbols and gaps given up because the venue refused for good.
  public var failures: UInt64 = 0
  public var gapsServed: UInt64 = 0
  /// Gaps whose trades the venue didn't have in time.
  public var gapsUnfilled: UInt64 = 0
}
