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

  /// The engine has been told that nothing comes.
  var isToldDown = false
  /// The ring had no room for some trade: for the engine the stream was interrupted.
  var hasLost = false
  /// What the engine has been told last, on the monotonic clock.
  var toldHeardNanos: UInt64 = 0
  /// When anything came last over a complete connection.
  var heardNanos: UInt64 = 0

  init(first: Int, names: [String], leading: Int, following: Int) {
    self.first = first
    self.names = names
    self.leading = leading
    self.following = following
  }

  var end: Int { first + names.count }

  var isFull: Bool { names.count >= Subscription.streamsPerConnection }

  /// What a new connection subscribes to.
  var messages: [String] { Subscription.messages(names.filter { !removed.contains($0) }) }

  mutating func add(_ name: String) { names.append(name) }
  mutating func remove(_ name: String) { removed.insert(name) }
}
