import Foundation
import Testing

@testable import Venues

/// Batches, their halves, and deadlines; no socket and no clock.
struct SubscriptionPlanTests {
  private struct Message: Decodable {
    var method: String
    var params: [String]
    var id: Int
  }

  /// A venue that refuses every batch with one of `refuses` in it.
  private struct Venue {
    var plan: SubscriptionPlan
    var refuses: Set<String>
    var namesIds = true
    var nowNanos: UInt64 = 0
    private(set) var granted: [String] = []
    private(set) var alone: [String] = []
    private(set) var sent: [Int] = []
    private(set) var sentNanos: [UInt64] = []

    init(_ plan: SubscriptionPlan, refuses: Set<String>, namesIds: Bool = true) {
      self.plan = plan
      self.refuses = refuses
      self.namesIds = namesIds
    }

    /// Until nothing is left to be done before `nanos`; each message is answered at once.
    mutating func run(untilNanos nanos: UInt64) throws {
      while plan.dueNanos < nanos {
        nowNanos = max(nowNanos, plan.dueNanos)
        plan.askAgain(nowNanos: nowNanos)
        guard plan.wantsWrite(nowNanos: nowNanos) else { continue }
        let message = try JSONDecoder().decode(Message.self, from: Data(try #require(plan.message).utf8))
        plan.sent(nowNanos: nowNanos)
        sent.append(message.params.count)
        sentNanos.append(nowNanos)
        let symbols = message.params.map { $0.split(separator: "@")[0].uppercased() }
        if refuses.isDisjoint(with: symbols) {
          plan.granted(id: namesIds ? message.id : nil)
          granted += symbols
        } else if case .stream(let name) = plan.refused(id: namesIds ? message.id : nil, nowNanos: nowNanos) {
          alone.append(name)
        }
      }
    }
  }

  private static let second: UInt64 = 1_000_000_000
  private static let names = (0..<150).map { "S\($0)" }

  @Test(arguments: [[], ["S0"], ["S77"], ["S149"], ["S3", "S4"], ["S10", "S60", "S120"]], [true, false])
  func whatIsRefusedEndsAloneAndTheOthersAreGranted(refused: [String], namesIds: Bool) throws {
    var venue = Venue(SubscriptionPlan(Self.names, nowNanos: 0), refuses: Set(refused), namesIds: namesIds)
    try venue.run(untilNanos: 100 * Self.second)
    #expect(venue.alone.sorted() == refused.sorted())
    #expect(venue.granted.sorted() == Self.names.filter { !refused.contains($0) }.sorted())
    #expect(venue.plan.unheard == Set(refused))
    #expect(venue.plan.isSettled)
    #expect(venue.sent.count <= 2 + 14 * refused.count)
    // The first of each batch before any half.
    #expect(venue.sent.prefix(2) == [100, 50])
    for (before, after) in zip(venue.sentNanos, venue.sentNanos.dropFirst()) {
      #expect(after - before >= Subscription.pauseNanos)
    }
  }

  @Test func whatIsRefusedIsAskedForAgain() throws {
    var venue = Venue(SubscriptionPlan(Self.names, nowNanos: 0), refuses: ["S5", "S6"])
    try venue.run(untilNanos: 200 * Self.second)
    let before = venue.sent.count
    try venue.run(untilNanos: 400 * Self.second)
    #expect(Array(venue.sent[before...]) == [2, 1, 1], "both at once, then each")
    venue.refuses = ["S5"]
    try venue.run(untilNanos: 800 * Self.second)
    #expect(venue.plan.unheard == ["S5"])
    #expect(venue.granted.last == "S6")
    // On the next connection they are asked for last and apart.
    var next = Venue(SubscriptionPlan(Self.names, doubtful: ["S5"], nowNanos: 0), refuses: ["S5"])
    try next.run(untilNanos: 20 * Self.second)
    #expect(next.sent == [100, 49, 1])
  }

  /// Each message has its own deadline: halves that are sent meanwhile do not push that of another.
  @Test func anUnansweredBatchIsOverdueAllTheSame() {
    var plan = SubscriptionPlan(Self.names, nowNanos: 0)
    plan.sent(nowNanos: 0)
    plan.sent(nowNanos: Self.second)
    #expect(plan.isAsked && !plan.isSettled)
    #expect(plan.refused(id: 2, nowNanos: 2 * Self.second) == .batch(50))
    #expect(plan.isAsked, "a trade still counts for what was not refused")
    plan.sent(nowNanos: 14 * Self.second)
    #expect(!plan.isOverdue(nowNanos: SubscriptionPlan.answerNanos - 1))
    #expect(plan.isOverdue(nowNanos: SubscriptionPlan.answerNanos))
    plan.takeOverdueForGranted(nowNanos: SubscriptionPlan.answerNanos)
    #expect(plan.unheard.count == 50, "what was refused waits for its own answers")
    plan.granted(id: 3)
    #expect(plan.unheard.count == 25)
    // An answer that nobody waits for.
    #expect(plan.refused(id: 3, nowNanos: 0) == .other)
    #expect(plan.refused(id: 99, nowNanos: 0) == .other)
  }

  @Test func symbolsThatGoAreNotAskedForAgain() throws {
    var venue = Venue(SubscriptionPlan(["A", "B", "C"], nowNanos: 0), refuses: ["A"])
    try venue.run(untilNanos: 100 * Self.second)
    #expect(venue.plan.unheard == ["A"])
    venue.plan.unsubscribe("A")
    #expect(venue.plan.unheard.isEmpty)
    venue.refuses = ["D"]
    venue.plan.subscribe("D")
    try venue.run(untilNanos: 200 * Self.second)
    #expect(venue.alone == ["A", "D"])
    let before = venue.sent.count
    try venue.run(untilNanos: 600 * Self.second)
    #expect(venue.sent.count == before + 1 && venue.alone.last == "D")
  }
}
