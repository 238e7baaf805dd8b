import Domain
import Testing

@testable import HotPath

/// Every way through a position, by numbers worked out by hand.
@Suite struct PaperPositionTests {
  private let costs = PaperCosts(PaperConfig())
  private let hour: Int64 = 3_600_000

  /// Signal at 1000 with an ATR of 10: stop 14, targets 10.5 and 21 away; one coin unless given.
  private func position(_ direction: Int8, quantity: String = "1", half: String = "0.5") -> PaperPosition {
    var position = PaperPosition()
    position.state = .pending
    position.direction = direction
    position.stopDistance = 14
    position.takeProfit1Distance = 10.5
    position.takeProfit2Distance = 21
    position.holdCloseMillis = 4_200_000
    position.quantity = units(quantity)
    position.takeProfit1Quantity = units(half)
    return position
  }

  private func entered(_ direction: Int8, quantity: String = "1", half: String = "0.5", tick: String = "0")
    -> PaperPosition
  {
    var position = position(direction, quantity: quantity, half: half)
    position.enter(timeMillis: hour, price: 1000, costs: costs, tick: units(tick), number: 3)
    return position
  }

  private func trade(_ position: inout PaperPosition, _ price: Double, after millis: Int64 = 1_000) -> UInt8 {
    position.onTrade(timeMillis: hour + millis, price: price, costs: costs)
  }

  private func near(_ value: Double, _ expected: Double, _ comment: Comment? = nil) {
    #expect(abs(value - expected) < 1e-9, comment ?? "\(value), not \(expected)")
  }

  @Test func entry() {
    let long = entered(1)
    #expect(long.isOpen)
    #expect(long.entryNumber == 3)
    #expect(long.entryMillis == hour)
    #expect(long.remaining == units("1"))
    near(long.entryPrice, 1000.1)
    near(long.stop, 986.1)
    near(long.initialStop, 986.1)
    near(long.takeProfit1, 1010.6)
    near(long.takeProfit2, 1021.1)
    near(long.riskUsd, 14)
    near(long.feesUsd, 0.50005)
    let short = entered(-1)
    near(short.entryPrice, 999.9)
    near(short.stop, 1013.9)
    near(short.takeProfit1, 989.4)
    near(short.takeProfit2, 978.9)
    near(short.feesUsd, 0.49995)
  }

  /// With ticks: the stop away from the entry, targets toward it; a level on its tick stays.
  @Test func levelsOnTicks() {
    let long = entered(1, tick: "0.25")
    near(long.stop, 986)
    near(long.takeProfit1, 1010.5)
    near(long.takeProfit2, 1021)
    let short = entered(-1, tick: "0.25")
    near(short.stop, 1014)
    near(short.takeProfit1, 989.5)
    near(short.takeProfit2, 979)
    for (direction, levels) in [(1, (986.1, 1010.6, 1021.1)), (-1, (1013.9, 989.4, 978.9))] {
      let exact = entered(Int8(direction), tick: "0.1")
      #expect(exact.stop == levels.0)
      #expect(exact.takeProfit1 == levels.1)
      #expect(exact.takeProfit2 == levels.2)
    }
  }

  /// A hostile price may lie at the end of Int64: levels beyond it stay unrounded instead of trapping.
  @Test func aPriceAtTheEndOfInt64IsNoTrap() {
    var position = position(1)
    position.enter(timeMillis: hour, price: 92_233_720_368, costs: costs, tick: units("0.1"), number: 0)
    #expect(position.takeProfit2 > 92_233_720_368)
  }

  @Test func stopAtOrThroughItsLevel() {
    var long = entered(1)
    #expect(trade(&long, 986.2) == 0)
    #expect(trade(&long, 980, after: 5_000) == 2)
    #expect(long.exitReason == .stop)
    #expect(long.exitMillis == hour + 5_000)
    // Sold at 980 * 0.9999 = 979.902; fees 0.50005 + 0.489951.
    near(long.exitPrice, 979.902)
    near(long.grossUsd, -20.198)
    near(long.feesUsd, 0.990001)
    near(long.netUsd, -21.188001)
    near(long.netR, -21.188001 / 14)
    #expect(long.remaining == 0)
    var at = entered(1, tick: "0.25")
    #expect(trade(&at, 986) == 2)
    #expect(at.exitReason == .stop)
    var short = entered(-1)
    #expect(trade(&short, 1013.8) == 0)
    #expect(trade(&short, 1020) == 2)
    // Bought at 1020.102: 999.9 - 1020.102 = -20.202; fees 0.49995 + 0.510051.
    near(short.grossUsd, -20.202)
    near(short.netUsd, -21.212001)
    #expect(short.exitReason == .stop)
  }

  /// Half at TP1 as maker, then the moved stop: it counts from the trade after the one that moved it.
  @Test func breakeven() {
    var long = entered(1, tick: "0.25")
    #expect(trade(&long, 1010.5) == 0, "at the level is not through it")
    #expect(trade(&long, 1010.75) == 1)
    #expect(long.isStopMoved)
    #expect(long.stop == long.entryPrice)
    #expect(long.initialStop == 986)
    #expect(long.remaining == units("0.5"))
    // Half at 1010.5: 10.4 * 0.5; fees 0.50005 + 1010.5 * 0.5 * 0.0002.
    near(long.grossUsd, 5.2)
    near(long.feesUsd, 0.60110)
    #expect(trade(&long, 1011) == 0, "TP1 is filled once")
    #expect(trade(&long, 1000.2) == 0)
    #expect(trade(&long, 1000) == 2)
    #expect(long.exitReason == .breakeven)
    // The rest at 999.9: -0.2 * 0.5; fee 999.9 * 0.5 * 0.0005.
    near(long.grossUsd, 5.1)
    near(long.feesUsd, 0.60110 + 0.249975)
    near(long.exitPrice, (1010.5 + 999.9) / 2)
    var short = entered(-1)
    #expect(trade(&short, 989) == 1)
    #expect(trade(&short, 999.8) == 0)
    #expect(trade(&short, 1000) == 2)
    #expect(short.exitReason == .breakeven)
    // 10.5 * 0.5 + (999.9 - 1000.1) * 0.5
    near(short.grossUsd, 5.15)
  }

  @Test func bothTargetsByOneTrade() {
    var long = entered(1)
    #expect(trade(&long, 1030) == 3)
    #expect(long.exitReason == .takeProfit2)
    // 10.5 * 0.5 + 21 * 0.5; fees 0.50005 + (1010.6 + 1021.1) * 0.5 * 0.0002.
    near(long.grossUsd, 15.75)
    near(long.feesUsd, 0.50005 + 0.20317)
    near(long.exitPrice, 1015.85)
    near(long.netR, (15.75 - 0.70322) / 14)
    var short = entered(-1)
    #expect(trade(&short, 978.9) == 1, "at TP2 is only through TP1")
    #expect(trade(&short, 978.8) == 2)
    #expect(short.exitReason == .takeProfit2)
    near(short.grossUsd, 15.75)
  }

  /// Half rounds to nothing: TP1 passes without a fill or a moved stop, and TP2 closes all.
  @Test func halfOfNothing() {
    var long = entered(1, quantity: "0.001", half: "0")
    #expect(trade(&long, 1015) == 0)
    #expect(!long.isStopMoved)
    near(long.stop, 986.1)
    #expect(trade(&long, 1000) == 0)
    #expect(trade(&long, 1022) == 2)
    #expect(long.exitReason == .takeProfit2)
    near(long.grossUsd, 0.021)
    var stopped = entered(1, quantity: "0.001", half: "0")
    #expect(trade(&stopped, 1015) == 0)
    #expect(trade(&stopped, 986) == 2)
    #expect(stopped.exitReason == .stop)
  }

  @Test func holdingLimit() {
    var long = entered(1)
    #expect(trade(&long, 1005, after: 4_199_999) == 0)
    #expect(trade(&long, 1005, after: 4_200_000) == 2)
    #expect(long.exitReason == .timeout)
    // Sold at 1004.8995; fees 0.50005 + 0.50244975.
    near(long.grossUsd, 4.7995)
    near(long.feesUsd, 1.00249975)
    var short = entered(-1)
    #expect(trade(&short, 1005, after: 4_200_000) == 2)
    near(short.grossUsd, 999.9 - 1005.1005)
  }

  /// On one trade the stop goes before targets and time; TP1 goes before time.
  @Test func theOrderOnOneTrade() {
    var stopped = entered(1)
    #expect(trade(&stopped, 900, after: 5_000_000) == 2)
    #expect(stopped.exitReason == .stop)
    var timed = entered(1)
    #expect(trade(&timed, 1015, after: 5_000_000) == 3)
    #expect(timed.exitReason == .timeout)
    // Half at 1010.6, the rest at 1015 * 0.9999.
    near(timed.grossUsd, 10.5 * 0.5 + (1014.8985 - 1000.1) * 0.5)
    var target = entered(1)
    #expect(trade(&target, 1022, after: 5_000_000) == 3)
    #expect(target.exitReason == .takeProfit2)
  }
}
