import Domain
import Testing

@testable import HotPath

/// The scoring table row by row, in both directions, at its edges and with absent values.
@Suite struct SignalTests {
  @Test func cvd() {
    for (sign, value) in [(1, 1.0), (0, 0.6), (-1, 0.6)] {
      for d in [1, -1] as [Int8] {
        var rig = ScoreRig(direction: d)
        rig.input.cvd24hSign = d * Int8(sign)
        #expect(rig.value(.cvd).value == value)
      }
    }
  }

  @Test func accel() {
    for d in [1, -1] as [Int8] {
      var rig = ScoreRig(direction: d)
      #expect(rig.value(.accel).value == 0, "absent")
      rig.input.accelSign = d
      #expect(rig.value(.accel).value == 1)
      rig.input.accelSign = -d
      #expect(rig.value(.accel).value == 0)
      #expect(!rig.value(.accel).isMissing)
    }
  }

  @Test func p99() {
    let cases: [(Int128, Int128, Double, Double)] = [
      (0, 0, 0.5, 0.5), (1, 0, 1, 0), (0, 7, 0, 1), (3, 1, 0.75, 0.25), (5, 5, 0.5, 0.5),
      (Int128(1) << 100, 3 << 100, 0.25, 0.75),
    ]
    for (buy, sell, long, short) in cases {
      for (d, value) in [(1, long), (-1, short)] as [(Int8, Double)] {
        var rig = ScoreRig(direction: d)
        rig.input.largeNet = WideNumbers.double(buy - sell)
        rig.input.largeGross = WideNumbers.double(buy + sell)
        #expect(rig.value(.p99).value == value)
      }
    }
  }

  /// As the formula reads: span times d times (LB - LS), over (LB + LS). Divided first it is
  /// another number in the last place, and a score that is another one in the fourth decimal now and then.
  @Test func p99MultipliesBeforeItDivides() {
    var rig = ScoreRig()
    rig.input.largeNet = 161_100_000
    rig.input.largeGross = 200_000_000
    var cache = LiquidationCache()
    let setting = SignalSetting(kind: .p99, weight: 1, parameters: [0.5, 0.3])
    let value = SignalCatalog.value(setting, rig.input, &rig.book, &cache).value
    let product = 0.3 * rig.input.largeNet
    let share = rig.input.largeNet / rig.input.largeGross
    #expect(value == 0.5 + product / rig.input.largeGross)
    #expect(value != 0.5 + 0.3 * share, "a case that tells the two apart")
  }

  @Test func atrVwap() {
    // side, distance, atr, share -> value for a long
    let cases: [(Int8, Double, Double, Double, Double)] = [
      (1, 20, 10, 0.0005, 1), (0, 0, 10, 0.0005, 0.5), (-1, 20, 10, 0.0005, 0.5), (1, 20.000001, 10, 0.0005, 0.7),
      (1, 20, 10, 0.00049999, 0.8), (1, .nan, .nan, .nan, 0.5), (0, .nan, 10, 0.01, 0.2), (0, 0, 0, 0, 0.3),
      (0, .nan, .nan, .nan, 0), (1, 5, .nan, .nan, 0.5),
    ]
    for (side, distance, atr, share, value) in cases {
      for d in [1, -1] as [Int8] {
        var rig = ScoreRig(direction: d)
        rig.input.aboveVwapSign = side * d
        rig.input.stand(from: distance)
        rig.input.atr = atr
        rig.input.atrShare = share
        #expect(rig.value(.atrVwap).value == value, "\(side) \(distance) \(atr) \(share)")
        #expect(!rig.value(.atrVwap).isMissing)
      }
    }
  }

  @Test func longShortRatio() {
    let cases: [(Double, Double, Double)] = [
      (1, 1, 0), (2, 0, 1), (1.5, 0.5, 0.5), (0.3, 1, 0), (4, 0, 1), (1.25, 0.75, 0.25),
    ]
    for (ratio, long, short) in cases {
      for (d, value) in [(1, long), (-1, short)] as [(Int8, Double)] {
        var rig = ScoreRig(direction: d)
        rig.receive(.longShortRatio, ageMillis: 0, ratio)
        #expect(rig.value(.longShortRatio).value == value)
      }
    }
  }

  @Test func coinbasePremium() {
    let cases: [(Double, Double)] = [(-0.0005, 0), (0.0005, 1), (0, 0.5), (0.01, 1), (-0.01, 0), (0.00025, 0.75)]
    for (premium, value) in cases {
      for d in [1, -1] as [Int8] {
        var rig = ScoreRig(direction: d)
        rig.receive(.coinbasePremium, ageMillis: 0, premium * Double(d))
        #expect(rig.value(.coinbasePremium).value == value)
      }
    }
  }

  @Test func fundingRate() {
    let cases: [(Double, Double)] = [(0.0005, 0), (0, 1), (-0.001, 1), (0.001, 0), (0.00025, 0.5)]
    for (rate, value) in cases {
      for d in [1, -1] as [Int8] {
        var rig = ScoreRig(direction: d)
        rig.receive(.fundingRate, ageMillis: 0, rate * Double(d))
        #expect(rig.value(.fundingRate).value == value)
      }
    }
  }

  @Test func anIndicatorCountsUpToItsAgeInclusive() {
    let types: [(IndicatorType, SignalKind)] = [
      (.longShortRatio, .longShortRatio), (.coinbasePremium, .coinbasePremium), (.fundingRate, .fundingRate),
    ]
    for (type, kind) in types {
      var rig = ScoreRig()
      #expect(rig.value(kind).isMissing)
      #expect(rig.value(kind).value == 0)
      rig.receive(type, ageMillis: 900_001, -5)
      #expect(rig.value(kind).isMissing)
      rig.receive(type, ageMillis: 900_000, -5)
      #expect(!rig.value(kind).isMissing)
    }
  }

  @Test func theLatestTimeAmongTheKnownCounts() {
    var rig = ScoreRig()
    rig.receive(.longShortRatio, ageMillis: 100, 1.25)
    rig.receive(.longShortRatio, ageMillis: 200, 2)
    #expect(rig.value(.longShortRatio).value == 0.75, "an older one that arrives later")
    rig.receive(.longShortRatio, ageMillis: 100, 1.5, order: 1)
    #expect(rig.value(.longShortRatio).value == 0.5, "of equal times the later in the file wins")
    rig.receive(.longShortRatio, ageMillis: 0, 1, known: rig.t + 1)
    #expect(rig.value(.longShortRatio).value == 0.5, "not known yet")
    rig.book.advance(to: rig.t + 1)
    #expect(rig.value(.longShortRatio).value == 1)
  }

  @Test func openInterestWindow() {
    // ages of the value before in minutes and ms beyond, and whether it counts
    let cases: [(Int64, Bool)] = [(1_799_999, false), (1_800_000, true), (2_700_000, true), (2_700_001, false)]
    for (age, counts) in cases {
      var rig = ScoreRig()
      rig.receive(.openInterestHist, ageMillis: age, 100)
      rig.receive(.openInterestHist, ageMillis: 0, 100.5)
      let isMissing = rig.value(.openInterest).isMissing
      #expect(isMissing != counts, "\(age)")
      if counts { #expect(abs(rig.value(.openInterest).value - 0.5) < 1e-9) }
    }
  }

  @Test func openInterestTakesTheLatestBefore() {
    var rig = ScoreRig(direction: -1)
    rig.receive(.openInterestHist, ageMillis: 0, 102)
    rig.receive(.openInterestHist, ageMillis: 2_400_000, 102)
    rig.receive(.openInterestHist, ageMillis: 1_900_000, 100)
    rig.receive(.openInterestHist, ageMillis: 2_000_000, 102)
    #expect(rig.value(.openInterest).value == 1, "in both directions, clamped at +1 %")
    rig.receive(.openInterestHist, ageMillis: 1_900_000, 102, order: 1)
    #expect(rig.value(.openInterest).value == 0)
  }

  @Test func openInterestIsMissingWhenOldOrWithoutAPast() {
    var rig = ScoreRig()
    rig.receive(.openInterestHist, ageMillis: 1_800_000, 0)
    rig.receive(.openInterestHist, ageMillis: 0, 101)
    #expect(rig.value(.openInterest).isMissing, "before is 0")
    var old = ScoreRig()
    old.receive(.openInterestHist, ageMillis: 1_900_000, 100)
    old.receive(.openInterestHist, ageMillis: 900_001, 101)
    #expect(old.value(.openInterest).isMissing, "now is too old")
    var falling = ScoreRig()
    falling.receive(.openInterestHist, ageMillis: 1_900_000, 100)
    falling.receive(.openInterestHist, ageMillis: 900_000, 99)
    #expect(!falling.value(.openInterest).isMissing)
    #expect(falling.value(.openInterest).value == 0)
  }

  @Test func liquidationShares() {
    var rig = ScoreRig()
    #expect(rig.value(.liquidation).value == 0)
    #expect(!rig.value(.liquidation).isMissing)
    rig.liquidate(ageMillis: 10, "1000", "75", sell: false)
    rig.liquidate(ageMillis: 20, "1000", "24.99999999", sell: true)
    #expect(rig.value(.liquidation).value == 0, "a hair below 100,000 USD")
    rig.liquidate(ageMillis: 5, "1000", "0.00000001", sell: true)
    #expect(rig.value(.liquidation).value == 0.75)
    rig.input.direction = -1
    #expect(rig.value(.liquidation).value == 0.25)
  }

  @Test func liquidationsCountForHalfAnHour() {
    var rig = ScoreRig()
    rig.liquidate(ageMillis: 1_800_000, "100000", "9", sell: false)
    #expect(rig.value(.liquidation).value == 0)
    rig.liquidate(ageMillis: 1_799_999, "100000", "1", sell: false)
    #expect(rig.value(.liquidation).value == 1)
    #expect(!rig.value(.liquidation).isMissing)
  }

  /// The cached sums against fresh ones at every millisecond around entries, leavings and late arrivals.
  @Test func cachedLiquidationSumsStayRight() {
    var rig = ScoreRig()
    var cache = LiquidationCache()
    let t = rig.t
    for (age, quantity) in [(0, "1"), (-3, "2"), (-3, "4"), (-900_000, "8")] as [(Int64, String)] {
      rig.liquidate(ageMillis: age, "1", quantity, sell: false)
    }
    rig.book.advance(to: t + 900_000)
    let instants = [
      t, t + 2, t + 3, t + 899_999, t + 900_000, t + 1_799_999, t + 1_800_000, t + 1_800_003, t + 2_700_000,
    ]
    for (at, sum) in zip(instants, [1, 1, 7, 7, 15, 15, 14, 8, 0] as [Int128]) {
      rig.book.liquidations(at: at, windowMillis: 1_800_000, cache: &cache)
      let notional = sum * 10_000_000_000_000_000
      #expect(cache.buyNotional == notional, "at \(at - t)")
    }
    var late = Records.liquidation(t + 2_000_000, "1", "16", sell: true)
    late.id = t + 2_700_000
    rig.book.receive(late)
    rig.book.advance(to: t + 2_700_000)
    rig.book.liquidations(at: t + 2_700_000, windowMillis: 1_800_000, cache: &cache)
    let notional: Int128 = 160_000_000_000_000_000
    #expect(cache.sellNotional == notional)
  }

  /// `lin` at and beyond its ends, and where it is no number.
  @Test func linearEnds() {
    #expect(SignalValue.lin(1, 1, 2) == 0)
    #expect(SignalValue.lin(2, 1, 2) == 1)
    #expect(SignalValue.lin(1.5, 2, 1) == 0.5)
    #expect(SignalValue.lin(.infinity, 1, 2) == 1)
    #expect(SignalValue.lin(-.infinity, 1, 2) == 0)
    #expect(SignalValue.lin(.nan, 1, 2) == 0)
    #expect(SignalValue.lin(1, 1, 1) == 0)
  }

  /// Through the engine: a flat market's price equals its VWAP exactly, so neither side gets its half.
  @Test func aFlatMarketIsOnNoSideOfItsVwap() {
    let config = Strategies.config(
      "vwap", [SignalConfig(name: "atr_vwap", weight: 100, parameters: [1, 0, 2, 0, 0.0005])], threshold: 50)
    let rig = EngineRig(strategies: [config], output: .all)
    for id in 1...50 {
      rig.step(Records.trade(Int64(id), Int64(id) * 1_000, "0.1", "0.33333333", sell: id % 3 == 0))
    }
    #expect(rig.evaluations.allSatisfy { $0.score == 0 && $0.direction == 1 })
    rig.step(Records.trade(51, 60_000, "0.10000001", "0.1"))
    #expect(rig.evaluations.last?.score == 100)
  }
}
