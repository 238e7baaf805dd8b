/// How a venue's REST side stands, for whoever watches.
public struct RestState: Sendable, Equatable {
  /// Request weight of the running minute, by the venue's count or ours, whichever is more.
  public var usedWeight = 0
  public var limitPerMinute = 0
  /// The venue asked for silence: for how much longer, and in which words. 0: it didn't.
  public var blockedForMillis: Int64 = 0
  public var blockedWhy = ""
  public var requests: UInt64 = 0
  /// Calls made again after a failure.
  public var retries: UInt64 = 0
  /// Answers 429, 418 and 403.
  public var refusals: UInt64 = 0
  /// Connections that failed, answers that could not be read, errors of the venue's servers.
  public var failures: UInt64 = 0
  /// Since the last call that went well; empty after one.
  public var lastFailure = ""

  public init() {}
}
