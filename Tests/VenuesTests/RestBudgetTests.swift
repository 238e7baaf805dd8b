import Testing

@testable import Venues

struct RestBudgetTests {
  private let minute: Int64 = 1_789_478_280_000

  @Test func itFollowsTheVenuesCountAndMinute() {
    var budget = RestBudget(limitPerMinute: 2_400)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute + 1_000, monotonicMillis: 0) == 0)
    budget.spend(weight: 20, venueMillis: minute + 1_000)
    budget.report(used: 2_020, sentMillis: minute + 900, venueMillis: minute + 1_000)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute + 1_000, monotonicMillis: 0) == 0)
    budget.spend(weight: 20, venueMillis: minute + 2_000)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute + 3_000, monotonicMillis: 0) == 57_200)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute + 60_200, monotonicMillis: 0) == 0)
  }

  /// Whoever comes first in the order of precedence still finds weight when the others find none.
  @Test func eachLeavesSomeToThoseBefore() {
    var left: [RestPriority: Int] = [:]
    for priority in RestPriority.allCases {
      var budget = RestBudget(limitPerMinute: 2_400)
      var spent = 0
      while budget.pauseMillis(priority, weight: 1, venueMillis: minute, monotonicMillis: 0) == 0 {
        budget.spend(weight: 1, venueMillis: minute)
        spent += 1
      }
      left[priority] = 2_400 - spent
    }
    #expect(left == [.exits: 0, .reconciliation: 24, .gaps: 96, .history: 360, .indicators: 480])
  }

  /// An answer on its way when another was counted tells the older count.
  @Test func anOlderCountDoesNotGiveWeightBack() {
    var budget = RestBudget(limitPerMinute: 100)
    budget.spend(weight: 60, venueMillis: minute)
    budget.report(used: 20, sentMillis: minute, venueMillis: minute)
    #expect(budget.used == 60)
  }

  /// Sent before the minute turned, answered after: the count is the old minute's, and the new one is not held up by it.
  @Test func aCountOfTheMinuteBeforeIsLeftOut() {
    var budget = RestBudget(limitPerMinute: 2_400)
    budget.spend(weight: 20, venueMillis: minute + 59_900)
    budget.report(used: 2_390, sentMillis: minute + 59_900, venueMillis: minute + 60_050)
    #expect(budget.used == 0)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute + 60_050, monotonicMillis: 0) == 0)
    budget.report(used: 300, sentMillis: minute + 60_060, venueMillis: minute + 60_100)
    #expect(budget.used == 300)
  }

  @Test func aBlockIsForAll() {
    var budget = RestBudget(limitPerMinute: 2_400)
    budget.block(forMillis: 7_000, monotonicMillis: 100)
    budget.block(forMillis: 1_000, monotonicMillis: 100)
    // Whatever the venue's clock is taken for.
    for venue in [0, minute, minute + 3_600_000] {
      #expect(budget.pauseMillis(.exits, weight: 1, venueMillis: venue, monotonicMillis: 1_100) == 6_000)
      #expect(budget.pauseMillis(.indicators, weight: 1, venueMillis: venue, monotonicMillis: 7_100) == 0)
    }
    budget.block(forMillis: .max, monotonicMillis: 100)
    #expect(budget.pauseMillis(.exits, weight: 1, venueMillis: minute, monotonicMillis: 100) == 3 * 86_400_000)
  }

  /// A budget smaller than one request must not wait for ever.
  @Test func theFirstOfAMinuteAlwaysGoes() {
    var budget = RestBudget(limitPerMinute: 10)
    #expect(budget.pauseMillis(.history, weight: 20, venueMillis: minute, monotonicMillis: 0) == 0)
  }

  @Test func connectionsStayWithinTheVenuesLimit() {
    var budget = ConnectBudget(most: 3)
    let second: UInt64 = 1_000_000_000
    for number in 0..<3 {
      #expect(budget.nextNanos(nowNanos: UInt64(number + 1) * second) == 0)
      budget.begin(nowNanos: UInt64(number + 1) * second)
    }
    #expect(budget.nextNanos(nowNanos: 4 * second) == 301 * second)
    #expect(budget.nextNanos(nowNanos: 301 * second) == 0)
    budget.begin(nowNanos: 301 * second)
    #expect(budget.nextNanos(nowNanos: 301 * second) == 302 * second)
    var paced = ConnectBudget()
    paced.begin(nowNanos: second)
    #expect(paced.nextNanos(nowNanos: second) == second + ConnectBudget.paceNanos)
    paced.pause(forMillis: 7_000, nowNanos: second)
    paced.pause(forMillis: 1_000, nowNanos: 2 * second)
    #expect(paced.isPaused(nowNanos: 8 * second - 1) && !paced.isPaused(nowNanos: 8 * second))
    #expect(paced.nextNanos(nowNanos: 2 * second) == 8 * second, "the longer one stays")
    #expect(paced.nextNanos(nowNanos: 8 * second) == 0)
    budget.pause(forMillis: 500, nowNanos: 301 * second)
    #expect(budget.nextNanos(nowNanos: 301 * second) == 302 * second, "the window counts on")
  }
}
