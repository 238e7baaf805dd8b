import Synchronization

/// A feed's counts at one moment. All but `lastReceiveNanos` since the start.
public struct FeedCounts: Sendable, Equatable {
  /// Whole frames received, of any kind.
  public var frames: UInt64 = 0
  public var trades: UInt64 = 0
  /// Well-formed frames that are neither trades nor answers.
  public var other: UInt64 = 0
  /// Answers to subscriptions, errors included.
  public var control: UInt64 = 0
  public var controlErrors: UInt64 = 0
  public var malformed: UInt64 = 0
  public var badNumber: UInt64 = 0
  public var unknownSymbol: UInt64 = 0
  /// Messages above 256 KiB, skipped.
  public var oversized: UInt64 = 0
  /// Trades lost because the ring was full.
  public var ringRefused: UInt64 = 0
  /// WebSocket connections opened.
  public var connects: UInt64 = 0
  /// Attempts that failed and connections that ended.
  public var disconnects: UInt64 = 0
  /// Connections that were followed by another before the venue ended them.
  public var rotations: UInt64 = 0
  /// Connections made anew because a stream was silent while the venue had trades.
  public var deaf: UInt64 = 0
  /// Streams that the venue refused to one symbol alone; each once, until it is granted again.
  public var refusedStreams: UInt64 = 0
  /// Monotonic clock at the last frame; 0 before the first.
  public var lastReceiveNanos: UInt64 = 0
}

/// Counters that the feed's thread adds to and any thread reads. Relaxed: each is true by itself, not as a set.
public final class FeedCounters: Sendable {
  let frames = Atomic<UInt64>(0)
  let trades = Atomic<UInt64>(0)
  let other = Atomic<UInt64>(0)
  let control = Atomic<UInt64>(0)
  let controlErrors = Atomic<UInt64>(0)
  let malformed = Atomic<UInt64>(0)
  let badNumber = Atomic<UInt64>(0)
  let unknownSymbol = Atomic<UInt64>(0)
  let oversized = Atomic<UInt64>(0)
  let ringRefused = Atomic<UInt64>(0)
  let connects = Atomic<UInt64>(0)
  let disconnects = Atomic<UInt64>(0)
  let rotations = Atomic<UInt64>(0)
  let deaf = Atomic<UInt64>(0)
  let refusedStreams = Atomic<UInt64>(0)
  let lastReceiveNanos = Atomic<UInt64>(0)

  init() {}

  /// The counts now. Any thread.
  public func snapshot() -> FeedCounts {
    FeedCounts(
      frames: frames.load(ordering: .relaxed), trades: trades.load(ordering: .relaxed),
      other: other.load(ordering: .relaxed), control: control.load(ordering: .relaxed),
      controlErrors: controlErrors.load(ordering: .relaxed), malformed: malformed.load(ordering: .relaxed),
      badNumber: badNumber.load(ordering: .relaxed), unknownSymbol: unknownSymbol.load(ordering: .relaxed),
      oversized: oversized.load(ordering: .relaxed), ringRefused: ringRefused.load(ordering: .relaxed),
      connects: connects.load(ordering: .relaxed), disconnects: disconnects.load(ordering: .relaxed),
      rotations: rotations.load(ordering: .relaxed), deaf: deaf.load(ordering: .relaxed),
      refusedStreams: refusedStreams.load(ordering: .relaxed),
      lastReceiveNanos: lastReceiveNanos.load(ordering: .relaxed))
  }
}

extension Atomic where Value == UInt64 {
  /// Adds one. The only writer's thread: a load and a store, not a locked instruction.
  @inline(__always)
  func count() { store(load(ordering: .relaxed) &+ 1, ordering: .relaxed) }
}
