import CRecords
import Domain
import Testing

@testable import HotPath

/// The engine's clock is set elsewhere: no patience is shortened, no pause is drawn out.
@Suite struct EngineClockTests {
  private let start: Int64 = 1_700_000_000_000

  private func live() -> EngineRig {
    let rig = EngineRig(gapPolicy: .hold)
    rig.step(Records.historyEnd(0, gaveUp: true))
    return rig
  }

  static let moves: [Int64] = [0, 3_600_000, -3_600_000, 86_400_000, -86_400_000]

  /// A hole is asked for again every five seconds and given up after ten minutes, wherever the clock is set meanwhile.
  @Test(arguments: moves) func aGapKeepsItsPatience(millis: Int64) {
    let rig = live()
    rig.step(Records.trade(1, start, "10"))
    rig.step(Records.trade(5, start + 1_000, "10"), now: start + 1_000)
    rig.tick(start + 1_100)
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 2 4"])
    rig.moveClock(by: millis)
    let now = start + 1_100 + millis
    rig.tick(now + 4_900)
    #expect(rig.gaps.count == 1)
    rig.tick(now + 5_000)
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 2 4", "wanted 0 2 4"])
    rig.tick(now + 599_800)
    #expect(rig.engine.view(0).phase == .gap)
    rig.tick(now + 599_900)
    #expect(rig.gaps.last.map(Plain.line) == "permanent 0 2 4")
  }

  /// A quiet stream is asked about when it has been quiet for two minutes, by trades and by what was asked before.
  @Test(arguments: moves) func aQuietStreamIsAskedAboutInTime(millis: Int64) {
    let rig = live()
    rig.step(Records.trade(1, start, "10"))
    // Its clock was off from the beginning: T's are the venue's.
    let now = start + millis
    rig.moveClock(by: millis)
    rig.step(Records.heard(now), now: now)
    rig.moveClock(by: -millis)
    rig.step(Records.heard(start + 119_900), now: start + 119_900)
    rig.tick(start + 119_900)
    #expect(rig.gaps.isEmpty)
    rig.step(Records.heard(start + 120_000), now: start + 120_000)
    rig.tick(start + 120_000)
    #expect(rig.gaps.map(Plain.line) == ["check 0 2 1"])
  }

  /// Ticks went by a clock that was an hour ahead: what they passed is built anew, and no trade is late.
  @Test func ticksOfAWrongClockAreUndone() {
    let rig = live()
    rig.step(Records.trade(1, start, "10"))
    rig.moveClock(by: 3_600_000)
    rig.step(Records.heard(start + 3_600_000), now: start + 3_600_000)
    rig.tick(start + 3_600_100)
    #expect(rig.state.eventMillis == start + 3_598_000)
    rig.moveClock(by: -3_600_000)
    rig.step(Records.heard(start + 6_000), now: start + 6_000)
    rig.tick(start + 6_000)
    #expect(rig.gaps.map(Plain.line) == ["rebuild 0 0 1"])
    rig.step(Records.reset(), now: start + 6_000)
    rig.step(Records.trade(1, start, "10", history: true), now: start + 6_000)
    rig.step(Records.historyEnd(0), now: start + 6_000)
    rig.step(Records.trade(2, start + 6_000, "10"))
    #expect(rig.counters.late == 0 && rig.state.eventMillis == start + 6_000)
  }

  @Test func aClockCannotBeSetAnywhere() {
    let rig = live()
    rig.step(Records.trade(1, start, "10"))
    rig.moveClock(by: .max / 2 - start)
    #expect(rig.counters.unknown == 1, "no venue's clock is there")
  }
}
