/// How a feed keeps its connections; the defaults are for the real venue.
public struct FeedOptions: Sendable {
  /// The venue ends a connection after 24 h: its follower is made this long after it began to stream, less up to a third of
  /// an hour drawn by lot, so that not all shards change at once.
  public var lifeMillis: Int64 = 23 * 3_600_000 + 1_800_000
  public var lifeJitterMillis: Int64 = 1_200_000
  /// Both carry the streams for so long.
  public var overlapMillis: Int64 = 10_000
  /// A refusal may have been a passing one: a stream that was refused is asked for again after so long.
  public var refusedMillis: Int64 = 300_000
  /// Symbols that there is room for, those of the start included.
  public var symbolRoom = 0

  public init() {}
}
