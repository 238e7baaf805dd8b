/// How far one symbol's history has come.
public struct HistoryProgress: Sendable, Equatable {
  public var symbol: String
  /// Trades fetched, gaps included.
  public var fetched: UInt64 = 0
  /// Estimated share of the window, 0...1, by time; 1 when done.
  public var share: Double = 0
  /// The whole window has been told, or is not going to be.
  public var isDone = false
  /// The request budget doesn't reach for this symbol: its windows fill from the live stream.
  public var isLiveOnly = false

  public init(symbol: String) { self.symbol = symbol }
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
  /// Gaps whose trades the venue didn't have yet; the engine asks again.
  public var gapsUnfilled: UInt64 = 0
  /// Streams that were silent while the venue had trades.
  public var deafStreams: UInt64 = 0
  public var rebuilds: UInt64 = 0
}
