/// A source of live trades that fills a record ring from a thread of its own.
///
/// What the wiring needs to know of any venue; what is particular to one stays in its folder.
public protocol MarketFeed: AnyObject, Sendable {
  /// Starts the thread and returns; connecting and reconnecting are the feed's own business. Once only.
  func start() throws(VenueError)

  /// Ends the thread and waits for it, well below a second. Any thread but the feed's own; harmless when not started.
  func stop()

  /// Where the feed stands, as of some instant during the call. Any thread.
  var state: FeedState { get }
}

/// A source of market indicators (funding, open interest, liquidations) that fills a record ring from its own thread.
public protocol IndicatorSource: AnyObject, Sendable {
  /// Starts the thread and returns. Once only.
  func start() throws(VenueError)

  /// Ends the thread and waits for it. Any thread but the source's own; harmless when not started.
  func stop()

  /// Where the source stands, as of some instant during the call. Any thread.
  var state: FeedState { get }
}

/// Where a feed stands. With several connections: the one that is furthest behind.
public enum FeedState: Sendable, Equatable, CustomStringConvertible {
  /// Not started, or stopped.
  case stopped
  /// Not connected; `reason` says what, where and what to do. The next attempt begins in `retryInMillis`.
  case down(reason: String, retryInMillis: Int64)
  /// Looking up the venue's address.
  case resolving
  /// TCP, TLS and the WebSocket upgrade.
  case connecting
  /// Connected; the venue has not confirmed all subscriptions.
  case subscribing
  /// All streams are subscribed.
  case streaming

  public var description: String {
    switch self {
    case .stopped: "stopped"
    case .down(let reason, let retryInMillis): "down: \(reason); next attempt in \(retryInMillis) ms"
    case .resolving: "resolving"
    case .connecting: "connecting"
    case .subscribing: "subscribing"
    case .streaming: "streaming"
    }
  }

  /// 0 (down) to 4 (streaming): how far a connection has come.
  var progress: Int {
    switch self {
    case .stopped, .down: 0
    case .resolving: 1
    case .connecting: 2
    case .subscribing: 3
    case .streaming: 4
    }
  }
}
