/// One connection's place in its life. The feed's thread only.
struct FeedConnection {
  enum Phase: Equatable {
    /// Not wanted now.
    case idle
    case waiting(untilNanos: UInt64)
    case resolving
    case connecting
    /// `next` is the message to send once `untilNanos` has come; all sent: the deadline of the answers.
    case subscribing(next: Int, untilNanos: UInt64)
    case streaming
  }

  /// Of the connection at hand; made anew from the shard for each.
  private(set) var messages: [String] = []
  /// To be sent besides, once it streams: symbols that came or went.
  var extra: [String] = []
  private var extraAtNanos: UInt64 = 0
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
  var answered = 0
  /// The venue refused a subscription on this connection: it stays, for the streams it has, and never counts as whole.
  var isRefused = false
  var streamingSinceNanos: UInt64 = 0
  var failure: ConnectionFailure?
  var retryInMillis: Int64 = 0

  /// The venue must confirm a subscription within this, or the connection is made anew.
  static let answerNanos: UInt64 = 15_000_000_000
  /// A connection that held this long has proven itself: the next pause is short again.
  static let provenNanos: UInt64 = 10_000_000_000

  /// The least pause after a 403, 418 or 429: asking on prolongs a ban.
  static let limitedMillis: Int64 = 60_000

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
    case .waiting(let untilNanos), .subscribing(_, let untilNanos): untilNanos
    case .streaming: extra.isEmpty ? min(rotateAtNanos, endAtNanos) : min(extraAtNanos, endAtNanos)
    case .idle, .resolving, .connecting: .max
    }
  }

  /// The connection is open: send from the first message on.
  mutating func opened(messages: [String], nowNanos: UInt64) {
    self.messages = messages
    extra = []
    heardNanos = nowNanos
    rotateAtNanos = .max
    endAtNanos = .max
    hasTraded = false
    assembler.reset()
    answered = 0
    isRefused = false
    phase = .subscribing(next: 0, untilNanos: nowNanos)
  }

  /// The first of `extra` was sent.
  mutating func sentExtra(nowNanos: UInt64) {
    extra.removeFirst()
    extraAtNanos = nowNanos + Subscription.pauseNanos
  }

  /// Until the socket takes it.
  mutating func waitForWrite(nowNanos: UInt64) { extraAtNanos = nowNanos + Self.answerNanos }

  /// A message was sent.
  mutating func sent(nowNanos: UInt64) {
    guard case .subscribing(let next, _) = phase else { return }
    let isLast = next + 1 >= messages.count
    let untilNanos = isLast ? answerDeadlineNanos(nowNanos) : nowNanos + Subscription.pauseNanos
    phase = .subscribing(next: next + 1, untilNanos: untilNanos)
  }

  /// The venue refused a subscription. Connecting anew would not change its mind, and would cost the streams it grants.
  mutating func refused(nowNanos: UInt64) {
    isRefused = true
    guard case .subscribing(let next, _) = phase, next >= messages.count else { return }
    phase = .subscribing(next: next, untilNanos: answerDeadlineNanos(nowNanos))
  }

  /// A refusal may have been a passing one: after so long the connection is made anew, and all is asked for again.
  static let refusedNanos: UInt64 = 300_000_000_000

  private func answerDeadlineNanos(_ nowNanos: UInt64) -> UInt64 {
    nowNanos + (isRefused ? Self.refusedNanos : Self.answerNanos)
  }

  /// A subscription was answered, or a trade came. A trade after the last message counts as an answer to all: the
  /// venue's confirmation may be lost among trades, and trades are what was asked for.
  mutating func confirmed(byTrade: Bool, nowNanos: UInt64) {
    guard case .subscribing(let next, _) = phase, !isRefused else { return }
    if !byTrade { answered += 1 }
    guard next >= messages.count, byTrade || answered >= messages.count else { return }
    phase = .streaming
    streamingSinceNanos = nowNanos
  }

  /// The attempt failed or the connection ended.
  mutating func ended(_ failure: ConnectionFailure, nowNanos: UInt64) {
    if phase == .streaming && nowNanos - streamingSinceNanos >= Self.provenNanos { backoff.reset() }
    self.failure = failure
    attempt += 1
    retryInMillis = backoff.nextMillis()
    if case .httpStatus(_, _, _, let status) = failure, ConnectionFailure.limits.contains(status) {
      retryInMillis = max(retryInMillis, Self.limitedMillis)
    }
    phase = .waiting(untilNanos: nowNanos + UInt64(retryInMillis) * 1_000_000)
  }
}
