/// A run of symbols whose streams share a connection, and for a while two: the second is made before the first one's day is
/// over. The feed's thread only.
struct FeedShard {
  /// Symbol indices of the engine.
  let first: Int
  private(set) var names: [String]
  /// The connection that counts, and the one that follows it.
  var leading: Int
  var following: Int
  /// Names that the venue trades no longer.
  private(set) var removed: Set<String> = []
  /// Names whose stream the venue refused, and has not granted since.
  var refused: Set<String> = []

  /// What was told of it last.
  var wasStreaming = false
  /// The engine has been told that nothing comes.
  var isToldDown = false
  /// Names of which alone it has been told so.
  var toldUnheard: Set<String> = []
  /// Until when what comes twice is meant so, though one connection has ended: the other may be some frames behind.
  var overlapUntilNanos: UInt64 = 0
  /// The ring had no room for some trade: for the engine the stream was interrupted.
  var hasLost = false
  /// What the engine has been told last, on the monotonic clock.
  var toldHeardNanos: UInt64 = 0
  /// The largest T of its trades, and when that trade arrived: what the venue's clock showed at least.
  var tradeMillis: Int64 = 0
  var tradeNanos: UInt64 = 0

  init(first: Int, names: [String], leading: Int, following: Int) {
    self.first = first
    self.names = names
    self.leading = leading
    self.following = following
  }

  var end: Int { first + names.count }

  /// T's further from our clock than these are errors, as they are to the engine.
  private static let aheadMillis: Int64 = 60_000
  private static let behindMillis: Int64 = 86_400_000

  /// T runs backwards now and then, and one that is wrong must not stand for ever: the largest of a second or so counts.
  mutating func saw(tradeMillis millis: Int64, atNanos nanos: UInt64) {
    if millis <= tradeMillis, nanos < tradeNanos + 1_000_000_000 { return }
    tradeMillis = millis
    tradeNanos = nanos
  }

  /// The venue's clock minus the monotonic one by its last trade, some 0.1 s behind the truth; nil without a trade in the
  /// last ten seconds.
  func tradeOffsetMillis(nowNanos: UInt64) -> Int64? {
    guard tradeNanos > 0, nowNanos < tradeNanos + 10_000_000_000 else { return nil }
    return tradeMillis - Int64(tradeNanos / 1_000_000)
  }

  /// The venue's clock at a moment of ours, never ahead of it: from the last trade's T, so that neither the offset that was
  /// measured nor anybody's wall clock can make trades late; without a trade yet, or one whose T cannot be true, by
  /// `clockMillis`.
  func venueMillis(atNanos nanos: UInt64, clockMillis: Int64) -> Int64 {
    guard tradeNanos > 0, nanos >= tradeNanos else { return clockMillis }
    let millis = tradeMillis + Int64((nanos - tradeNanos) / 1_000_000)
    let isPlausible = millis <= clockMillis + Self.aheadMillis && millis >= clockMillis - Self.behindMillis
    return isPlausible ? millis : clockMillis
  }

  /// The venue trades none of its symbols any more.
  var isEmpty: Bool { removed.count == names.count }

  var isFull: Bool { names.count >= Subscription.streamsPerConnection }

  /// What a new connection asks for.
  func plan(refusedMillis: Int64, nowNanos: UInt64) -> SubscriptionPlan {
    SubscriptionPlan(
      names.filter { !removed.contains($0) }, doubtful: refused, refusedMillis: refusedMillis, nowNanos: nowNanos)
  }

  mutating func add(_ name: String) { names.append(name) }

  mutating func remove(_ name: String) {
    removed.insert(name)
    refused.remove(name)
  }

  /// The symbol indices of all names but some, in runs.
  func runs(without some: Set<String>) -> [Range<Int>] {
    if some.isEmpty { return [first..<end] }
    return names.indices.reduce(into: []) { runs, place in
      if some.contains(names[place]) { return }
      let index = first + place
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
  }
}
