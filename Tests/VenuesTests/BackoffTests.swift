import Testing

@testable import Venues

struct BackoffTests {
  @Test func pausesDoubleWithinTheirBounds() {
    var backoff = Backoff()
    #expect(Backoff.quickMillis.contains(backoff.nextMillis()), "most cuts concern one connection: back at once")
    let ceilings: [Int64] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    for ceiling in ceilings {
      let pause = backoff.nextMillis()
      #expect(pause >= ceiling / 2 && pause <= ceiling)
    }
    for _ in 0..<100 { #expect(backoff.nextMillis() <= 30_000) }
    backoff.reset()
    #expect(backoff.nextMillis() <= 250)
  }

  /// Status, what Retry-After says, and the pause.
  @Test(
    arguments: [
      (429, nil, 60_000), (403, nil, 60_000), (418, nil, 120_000), (429, 7_000, 7_000),
      (418, 1_000_000_000, 259_200_000),
      (429, 0, 0), (429, -5, 0),
    ] as [(Int, Int64?, Int64)])
  func aLimitIsWaitedOut(status: Int, toldMillis: Int64?, pauseMillis: Int64) {
    let target = WebSocketTarget(address: "127.0.0.1", host: "h", port: 1, path: "/")
    let failure = ConnectionFailure.answer(target, status: status, retryAfterMillis: toldMillis)
    #expect(failure.pauseMillis == pauseMillis)
    var connection = FeedConnection(shard: 0, backoff: Backoff())
    connection.ended(failure, nowNanos: 5)
    #expect(connection.retryInMillis >= pauseMillis)
    #expect(connection.dueNanos >= UInt64(pauseMillis) * 1_000_000)
  }

  @Test func otherAnswersAreNoLimit() {
    var connection = FeedConnection(shard: 0, backoff: Backoff())
    connection.ended(.stopped, nowNanos: 5)
    connection.ended(.httpStatus(host: "h", port: 1, path: "/", status: 502), nowNanos: 5)
    #expect(connection.retryInMillis <= 2_000)
  }

  @Test func onlyAProvenConnectionShortensTheNextPause() {
    var connection = FeedConnection(shard: 0, backoff: Backoff())
    for _ in 0..<6 { connection.ended(.stopped, nowNanos: 0) }
    connection.opened(SubscriptionPlan(["X"], nowNanos: 0), nowNanos: 0)
    connection.plan.sent(nowNanos: 0)
    connection.plan.granted(id: 1)
    connection.confirmed(byTrade: false, nowNanos: 0)
    #expect(connection.state == .streaming)
    connection.ended(.stopped, nowNanos: FeedConnection.provenNanos - 1)
    #expect(connection.retryInMillis >= 15_000)
    connection.opened(SubscriptionPlan(["X"], nowNanos: 0), nowNanos: 0)
    connection.plan.sent(nowNanos: 0)
    connection.confirmed(byTrade: true, nowNanos: 0)
    connection.ended(.stopped, nowNanos: FeedConnection.provenNanos)
    #expect(connection.retryInMillis <= 1_000)
  }
}
