import Domain
import Testing

@testable import HotPath

@Suite struct FlowGridTests {
  @Test func gridPointsLieStrictlyAfterTheFirstTrade() {
    for (first, next) in [(0, 15_000), (1, 15_000), (14_999, 15_000), (15_000, 30_000)] as [(Int64, Int64)] {
      var grid = FlowGrid()
      #expect(grid.nextMillis == .max)
      grid.start(firstTradeMillis: first)
      #expect(grid.nextMillis == next)
    }
  }

  @Test func accelerationComesWithTheThirdPoint() {
    var grid = FlowGrid()
    grid.start(firstTradeMillis: 0)
    grid.pass(cvd: 100)
    #expect(!grid.hasAcceleration)
    grid.pass(cvd: 130)
    #expect(!grid.hasAcceleration)
    grid.pass(cvd: 150)
    #expect(grid.hasAcceleration)
    #expect(grid.acceleration == -10)
    grid.pass(cvd: 150)
    #expect(grid.acceleration == -20)
    grid.pass(cvd: 150)
    #expect(grid.acceleration == 0)
    #expect(grid.nextMillis == 90_000)
  }

  private func gridRig() -> EngineRig { EngineRig(timing: .everyGridPoint, output: .all) }

  /// A trade with T = g belongs to g, which is passed by the first trade after it.
  @Test func aTradeOnAGridPointBelongsToIt() {
    let rig = gridRig()
    rig.step(Records.trade(1, 1_000, "10", "1"))
    rig.step(Records.trade(2, 15_000, "11", "2"))
    #expect(rig.evaluations.isEmpty)
    rig.step(Records.trade(3, 15_000, "12", "4", sell: true))
    #expect(rig.evaluations.isEmpty)
    rig.step(Records.trade(4, 15_001, "13", "8"))
    #expect(rig.evaluations.count == 1)
    let row = rig.evaluations[0]
    #expect(row.timeMillis == 15_000)
    #expect(row.aggId == 3)
    #expect(row.price == units("12"))
    #expect(row.cvd[0] == Int128(units("-1")))
    #expect(!row.hasAcceleration)
  }

  /// Silent stretches pass every point in them, and windows slide at each; the last point waits for a later trade.
  @Test func silencePassesEveryPoint() {
    let rig = gridRig()
    rig.step(Records.trade(1, 1_000, "10", "3"))
    rig.step(Records.trade(2, 1_830_000, "10", "1", sell: true))
    let points = (1...121).map { Int64($0) * 15_000 }
    #expect(rig.evaluations.map(\.timeMillis) == points)
    for row in rig.evaluations {
      // The trade of T = 1,000 leaves the 30 min window at 1,801,000.
      let flow: Int128 = row.timeMillis < 1_801_000 ? Int128(units("3")) : 0
      #expect(row.cvd[0] == flow)
      let third = row.timeMillis >= 45_000
      #expect(row.hasAcceleration == third)
      let jump: Int128 = row.timeMillis == 1_815_000 ? Int128(units("-3")) : 0
      if row.hasAcceleration { #expect(row.acceleration == jump) }
    }
    rig.step(Records.trade(3, 1_845_000, "10", "1"))
    #expect(rig.evaluations.count == 122)
    // At 1,830,000 the sell on the point itself counts: slope -1, after a slope of -3.
    #expect(rig.evaluations[121].cvd[0] == Int128(units("-1")))
    #expect(rig.evaluations[121].acceleration == Int128(units("2")))
  }

  /// Between points, and for a trade on a point, the acceleration of the point before stands.
  @Test func betweenPointsTheLastAccelerationStands() {
    let rig = EngineRig(timing: .everyTrade, output: .all)
    for (index, t) in [1_000, 16_000, 31_000, 45_000, 45_001, 59_000].enumerated() {
      rig.step(Records.trade(Int64(index + 1), Int64(t), "10", index == 2 ? "5" : "1"))
    }
    #expect(rig.evaluations.map(\.timeMillis) == [1_000, 16_000, 31_000, 45_000, 45_001, 59_000])
    #expect(rig.evaluations.map(\.hasAcceleration) == [false, false, false, false, true, true])
    // cvd at 15, 30, 45 s: 1, 2, 8; slopes 1 and 6.
    #expect(rig.evaluations[4].acceleration == Int128(units("5")))
    #expect(rig.evaluations[5].acceleration == Int128(units("5")))
  }
}
