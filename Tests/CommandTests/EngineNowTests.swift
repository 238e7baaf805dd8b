import Testing

@testable import apus

/// The engine's `now` while its clock is corrected.
@Suite struct EngineNowTests {
  /// The expectation macro copies what it looks into.
  private final class Readings {
    private var now: EngineNow
    init(_ monotonicMillis: Int64, _ offsetMillis: Int64) {
      now = EngineNow(monotonicMillis: monotonicMillis, offsetMillis: offsetMillis)
    }
    /// By how much the clock was moved, and now.
    func at(_ monotonicMillis: Int64, _ offsetMillis: Int64) -> [Int64] {
      let moved = now.advance(monotonicMillis: monotonicMillis, offsetMillis: offsetMillis)
      return [moved, now.millis]
    }
  }

  @Test func aDriftLetsItStandForAMoment() {
    let now = Readings(1_000, 5_000)
    #expect(now.at(1_100, 5_000) == [0, 6_100])
    #expect(now.at(1_150, 4_500) == [0, 6_100])
    #expect(now.at(1_650, 4_500) == [0, 6_150])
    #expect(now.at(1_660, 4_800) == [0, 6_460])
  }

  /// The time since any moment of before is what it was.
  @Test(arguments: [501, -501, 3_600_000, -3_600_000] as [Int64])
  func aClockThatIsSetTakesItAlong(millis: Int64) {
    let now = Readings(1_000, 5_000)
    #expect(now.at(1_001, 5_000 + millis) == [millis, 6_001 + millis])
    #expect(now.at(1_101, 5_000 + millis) == [0, 6_101 + millis])
  }

  @Test func whatItStoodAheadStays() {
    let now = Readings(1_000, 5_000)
    #expect(now.at(1_000, 4_600) == [0, 6_000])
    #expect(now.at(1_000, -5_400) == [-10_000, -4_000])
    #expect(now.at(1_400, -5_400) == [0, -4_000])
    #expect(now.at(1_401, -5_400) == [0, -3_999])
  }
}

/// Whom the clock follows where `/time`, trades and clock differ.
@Suite struct ClockVerdictTests {
  private func verdict(_ time: Int64, _ trades: Int64?, _ clock: Int64) -> ClockVerdict {
    ClockVerdict(time: time, trades: trades, clock: clock)
  }

  @Test func withoutContradictionTimeIsBelievedOrMeasuredAgain() {
    #expect(verdict(500, nil, 0) == .agreed && verdict(-500, -1_000, 0) == .agreed)
    #expect(verdict(501, nil, 0) == .measureAgain && verdict(-3_600_000, nil, 0) == .measureAgain)
    #expect(verdict(-3_600_000, -3_600_100, 0) == .measureAgain, "the trades say so too")
  }

  @Test func aTimeThatTheTradesContradictIsNotBelieved() {
    #expect(verdict(5_000, -100, 0) == .disbelieveTime && verdict(-3_600_000, -100, 0) == .disbelieveTime)
  }

  /// Trades that come late are behind the clock; that is no reason to set it back.
  @Test func tradesThatComeLateChangeNothing() {
    for lag in [2_001, 30_000, 60_000] as [Int64] { #expect(verdict(0, -lag, 0) == .disbelieveTime) }
  }

  @Test func aClockThatCannotBeTrueFollowsTheTrades() {
    #expect(verdict(0, 3_600_000, 0) == .followTrades, "T's from the future")
    #expect(verdict(0, -3_600_000, 0) == .followTrades, "an hour on their way")
    #expect(verdict(9_000, 2_001, 0) == .followTrades)
    #expect(verdict(9_000, 2_000, 0) == .disbelieveTime)
  }
}
