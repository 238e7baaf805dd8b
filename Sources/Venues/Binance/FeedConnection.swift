/// One connection's place in its life. The feed's thread only.
struct FeedConnection {
  enum Phase: Equatable {
    /// Not wanted now.
    case idle
    case waiting(untilNanos: UInt64)
    case resolving
    case connecting
    case subscribing
    case streaming
  }

  /// Of the connection at hand.
  var plan = SubscriptionPlan([], nowNanos: 0)
  /// Which of the feed's runs of symbols it carries.
  let shard: Int
  let assembler = MessageAssembler()
  var phase = Phase.idle
  /// Monotonic clock, when anything came last: frames, and answers to our pings.
  var heardNanos: UInt64 = 0
  /// When its follower is due.
  var rotateAtNanos = UInt64.max
  /// It has brought a trade.
  var hasTraded = false
  /// When it is to be ended, since its follower has taken over.
  var endAtNanos = UInt64.max
  var backoff: Backoff
  var addresses: [String] = []
  /// Which address the next attempt takes, so that a dead one is not tried for ever.
  var attempt = 0
  var streamingSinceNanos: UInt64 = 0
  var failure: ConnectionFailure?
  var retryInMillis: Int64 = 0

  /// A connection that held this long has proven itself: the next pause is short again.
  static let provenNanos: UInt64 = 10_000_000_000

  init(shard: Int, backoff: Backoff) {
    self.shard = shard
    self.backoff = backoff
  }

  var state: FeedState {
    switch phase {
    case .idle: .stopped
    case .waiting:
      if let failure { .down(reason: failure.description, retryInMillis: retryInMillis) } else { .resolving }
    case .resolving: .resolving
    case .connecting: .connecting
    case .subscribing: .subscribing
    case .streaming: .streaming
    }
  }

  /// Whether frames may come over it.
  var isOpen: Bool {
    switch phase {
    case .subscribing, .streaming: true
    case .idle, .waiting, .resolving, .connecting: false
    }
  }

  /// When this connection next needs the loop; .max when only the network can move it.
  var dueNanos: UInt64 {
    switch phase {
    case .waiting(let untilNanos): untilNanos
    case .subscribing: plan.dueNanos
    case .streaming: min(plan.dueNanos, rotateAtNanos, endAtNanos)
    case .idle, .resolving, .connecting: .max
    }
  }

  /// The connection is open: what is planned is asked for.
  mutating func opened(_ plan: SubscriptionPlan, nowNanos: UInt64) {
    self.plan = plan
    heardNanos = nowNanos
    rotateAtNanos = .max
    endAtNanos = .max
    hasTraded = false
    assembler.reset()
    phase = .subscribing
  }

  /// A subscription was answered, or a trade came. A trade after each symbol was asked for counts as an answer to all that was not
  /// refused: the venue's confirmation may be lost among trades, and trades are what was asked for. What was refused keeps the
  /// others waiting no longer; with nothing granted at all the connection does not stream.
  mutating func confirmed(byTrade: Bool, nowNanos: UInt64) {
    guard phase == .subscribing, byTrade ? plan.isAsked : plan.isSettled else { return }
    phase = .streaming
    streamingSinceNanos = nowNanos
  }

  /// The attempt failed or the connection ended.
  mutating func ended(_ failure: ConnectionFailure, nowNanos: UInt64) {
    if phase == .streaming && nowNanos - streamingSinceNanos >= Self.provenNanos { backoff.reset() }
    self.failure = failure
    attempt += 1
    retryInMillis = max(backoff.nextMillis(), failure.pauseMillis ?? 0)
    phase = .waiting(untilNanos: nowNanos + UInt64(retryInMillis) * 1_000_000)
  }
}
