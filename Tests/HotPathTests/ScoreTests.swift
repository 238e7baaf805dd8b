import Domain
import Foundation
import Memory
import Testing

@testable import HotPath

/// An input of the scoring table and the book behind it.
struct ScoreRig {
  var book: IndicatorBook
  var input: ScoreInput
  let t: Int64 = 1_000_000_000

  init(direction: Int8 = 1) {
    let tapes = Slab<TapeEntry>(zeroed: 128)
    book = IndicatorBook(
      pending: Slab(zeroed: 64), pendingBase: 0, capacity: 64, openInterest: SortedTape(tapes, base: 0, capacity: 64),
      liquidations: SortedTape(tapes, base: 64, capacity: 64))
    input = ScoreInput(at: t)
    input.direction = direction
  }

  mutating func receive(_ type: IndicatorType, ageMillis: Int64, _ value: Double, known: Int64? = nil, order: Int64 = 0)
  {
    book.receive(Records.indicator(type, t - ageMillis, value, known: known ?? t, order: order))
    book.advance(to: t)
  }

  mutating func liquidate(ageMillis: Int64, _ price: String, _ quantity: String, sell: Bool) {
    book.receive(Records.liquidation(t - ageMillis, price, quantity, sell: sell))
    book.advance(to: t)
  }

  /// A signal's value with the table's constants.
  func value(_ kind: SignalKind) -> SignalValue {
    let name = SignalCatalog.all[Int(kind.rawValue)].name
    var cache = LiquidationCache()
    var book = book
    let setting = SignalSetting(kind: kind, weight: 1, parameters: Constants.of(name))
    return SignalCatalog.value(setting, input, &book, &cache)
  }

  func score(_ config: StrategyConfig = Strategies.nine()) -> Score {
    var cache = LiquidationCache()
    var book = book
    let signals = Slab<SignalSetting>(zeroed: StrategySetting.signalRoom)
    defer { signals.deallocate() }
    return Score(StrategySetting(config, signals: signals, firstSignal: 0), input, &book, &cache)
  }
}

extension ScoreInput {
  /// So far from the VWAP, in price units; NaN when there is none.
  mutating func stand(from distance: Double) {
    vwapExcess = distance * 1e8
    vwapQuantity = 1
  }
}

@Suite struct ScoreTests {
  @Test func theCatalogIsTheTable() {
    let names = [
      "cvd", "accel", "p99", "atr_vwap", "ls_ratio", "oi", "coinbase_premium", "funding_rate", "liquidation",
    ]
    #expect(SignalCatalog.all.map(\.name) == names)
    for (index, name) in names.enumerated() {
      #expect(SignalCatalog.kind(named: name)?.rawValue == UInt8(index))
      #expect(SignalCatalog.all[index].parameters.count == Constants.of(name).count)
    }
    #expect(SignalCatalog.kind(named: "tenth") == nil)
  }

  /// `x` times ten thousand may land on a tie that isn't one; expected values are Python's `round(x, 4)`.
  @Test func roundingIsHalfEvenOfTheBinaryValue() {
    let cases: [(Double, Double)] = [
      (0.00005, 0.0001), (0.00015, 0.0001), (0.00025, 0.0003), (0.03125, 0.0312), (0.09375, 0.0938), (0.15625, 0.1562),
      (74.99995, 74.9999), (74.99985, 74.9998), (59.99995, 59.9999), (2.67515, 2.6751), (1.00005, 1.0001),
      (66.66665, 66.6667), (99.99995, 99.9999), (75.00005, 75.0001), (0.12345, 0.1235), (100, 100), (0, 0),
      (-0.03125, -0.0312), (-0.09375, -0.0938), (-0.00005, -0.0001),
    ]
    for (x, rounded) in cases { #expect(Score.rounded(x) == rounded, "\(x)") }
  }

  /// glibc prints the exact binary value rounded half to even.
  @Test(arguments: TestSeed.all(1))
  func roundingEqualsThePrintedDecimal(seed: UInt64) {
    var random = SeededRandom(seed)
    for _ in 0..<4_000 {
      var x = Double(random.below(2_000_001)) / 20_000
      let nudge = random.below(5)
      if nudge == 1 { x = x.nextUp }
      if nudge == 2 { x = x.nextDown }
      if nudge == 3 { x = Double(random.below(3_201)) / 32 }
      #expect(Score.rounded(x) == Double(String(format: "%.4f", x)), TestSeed.again(seed, "ScoreTests", "\(x)"))
    }
  }

  /// Everything on our side: 100, and each part its weight.
  @Test func aPerfectLongAndShortScoreAHundred() {
    for d in [1, -1] as [Int8] {
      var rig = ScoreRig(direction: d)
      rig.input.cvd24hSign = d
      rig.input.accelSign = d
      rig.input.aboveVwapSign = d
      rig.input.stand(from: 0)
      rig.input.atr = 10
      rig.input.atrShare = 0.001
      rig.input.largeNet = 5 * Double(d)
      rig.input.largeGross = 5
      rig.receive(.longShortRatio, ageMillis: 0, d > 0 ? 0.5 : 3)
      rig.receive(.openInterestHist, ageMillis: 1_800_000, 100)
      rig.receive(.openInterestHist, ageMillis: 0, 101.5)
      rig.receive(.coinbasePremium, ageMillis: 0, 0.001 * Double(d))
      rig.receive(.fundingRate, ageMillis: 0, -0.001 * Double(d))
      rig.liquidate(ageMillis: 0, "1000", "200", sell: d < 0)
      let score = rig.score()
      #expect(score.value == 100)
      #expect(score.missing == 0)
      for (index, weight) in [36, 4, 16, 14, 8, 7, 5, 5, 5].enumerated() {
        #expect(score.parts[index] == Double(weight))
      }
    }
  }

  @Test func withoutADirectionNothingScoresButWhatIsMissingIsTold() {
    var rig = ScoreRig(direction: 0)
    rig.input.accelSign = 1
    rig.receive(.longShortRatio, ageMillis: 0, 0.5)
    let score = rig.score()
    #expect(score.value == 0)
    // Open interest, premium and funding: bits 5, 6 and 7.
    #expect(score.missing == 0b1110_0000)
    for index in 0..<16 { #expect(score.parts[index] == 0) }
  }

  @Test func onlyWeighedSignalsAreMissing() {
    var config = Strategies.nine()
    for index in 5..<9 { config.signals[index].weight = 0 }
    let score = ScoreRig().score(config)
    #expect(score.missing == 0b1_0000)
  }

  /// 36 * 0.6 + 16 * 0.5: direction alone, all else absent or neutral.
  @Test func theBareDirection() {
    let score = ScoreRig().score()
    #expect(score.value == 29.6)
    #expect(score.missing == 0b1111_0000)
  }

  /// What is decided by a product is what the divisions decide, for limits at the very distance and some ulps around it.
  @Test(arguments: TestSeed.all(5))
  func nearnessIsThatOfTheDivisions(seed: UInt64) {
    var random = SeededRandom(seed)
    var near = 0
    for _ in 0..<20_000 {
      var input = ScoreInput(at: 0)
      input.vwapExcess = Double(random.below(1 << 40)) * (random.chance(500) ? 1e6 : 1e12)
      input.vwapQuantity = Double(1 + random.below(1 << 40))
      let distance = input.vwapExcess / input.vwapQuantity / 1e8
      var limit = distance
      for _ in 0..<random.below(5) { limit = limit.nextUp }
      for _ in 0..<random.below(5) { limit = limit.nextDown }
      if random.chance(300) { limit *= 1 + (Double(random.below(2001)) - 1000) * 1e-14 }
      if input.isNearVwap(limit) { near += 1 }
      #expect(
        input.isNearVwap(limit) == (distance <= limit), TestSeed.again(seed, "ScoreTests", "\(distance), \(limit)"))
    }
    #expect((2_000..<18_000).contains(near) || ProcessEnvironment.isSeedGiven)
  }

  /// The sum that a trade needs equals the whole score's to the bit, whatever has become known, aged or turned since the last
  /// one, whichever signals a strategy weighs, and whether those of trades lead the table or come behind the book's.
  @Test(arguments: TestSeed.all(4))
  func theSumOfATradeIsTheWholeScores(seed: UInt64) {
    var random = SeededRandom(seed)
    var rig = ScoreRig()
    let room = StrategySetting.signalRoom
    var strategies: [StrategySetting] = []
    let signals = Slab<SignalSetting>(zeroed: 8 * room)
    defer { signals.deallocate() }
    for index in 0..<8 {
      let config = index == 0 ? Strategies.nine() : Self.anyStrategy(&random)
      strategies.append(
        StrategySetting(config, signals: signals, firstSignal: index * room, leading: [4, 4, 4, 4, 3, 2, 1, 0][index]))
    }
    var held = [BookParts](repeating: BookParts(), count: 8)
    var caches = [LiquidationCache](repeating: LiquidationCache(), count: 8)
    var wholeCaches = caches
    var t = rig.t
    var known = 0
    for step in 0..<3_000 {
      t += Int64(random.chance(20) ? random.below(900_000) : random.below(400))
      known += Self.learn(&rig.book, at: t, step: step, &random)
      let input = Self.anyInput(at: t, &random)
      for index in 0..<8 {
        let strategy = strategies[index]
        if !held[index].stands(input, rig.book.version) {
          held[index].renew(strategy, input, &rig.book, &caches[index])
        }
        let sum = strategy.sum(input, &held[index].parts)
        let whole = Score(strategy, input, &rig.book, &wholeCaches[index])
        var parts = 0.0
        for kind in 0..<16 { parts += whole.parts[kind] }
        let same = sum.bitPattern == parts.bitPattern && Score.rounded(sum) == whole.value
        #expect(same, TestSeed.again(seed, "ScoreTests", "step \(step), strategy \(index): \(sum), \(parts)"))
      }
    }
    #expect(known > 25 || ProcessEnvironment.isSeedGiven)
  }

  /// Some of the nine, with weights and constants of their own.
  private static func anyStrategy(_ random: inout SeededRandom) -> StrategyConfig {
    var config = Strategies.nine()
    config.signals = config.signals.filter { _ in random.chance(700) }
    for index in config.signals.indices {
      config.signals[index].weight = random.chance(150) ? 0 : Double(1 + random.below(1000)) / 7
      if config.signals[index].name == "p99" {
        config.signals[index].parameters = [0.5, Double(random.below(500)) / 1000]
      }
    }
    return config
  }

  /// Now and then an indicator becomes known, or a liquidation; how many indicators.
  private static func learn(_ book: inout IndicatorBook, at t: Int64, step: Int, _ random: inout SeededRandom) -> Int {
    var known = 0
    if random.chance(30) {
      let type = [IndicatorType.longShortRatio, .openInterestHist, .coinbasePremium, .fundingRate][random.below(4)]
      let value = type == .openInterestHist ? Double(1000 + random.below(30)) : Double(random.below(3000) - 500) / 1e6
      book.receive(Records.indicator(type, t - Int64(random.below(1_000_000)), value, known: t, order: Int64(step)))
      known = 1
    }
    if random.chance(20) {
      book.receive(Records.liquidation(t - Int64(random.below(2_000_000)), "60000", "3", sell: random.chance(500)))
    }
    book.advance(to: t)
    return known
  }

  private static func anyInput(at t: Int64, _ random: inout SeededRandom) -> ScoreInput {
    var input = ScoreInput(at: t)
    input.direction = random.chance(30) ? -1 : 1
    input.cvd24hSign = Int8(random.below(3) - 1)
    input.accelSign = Int8(random.below(3) - 1)
    input.aboveVwapSign = Int8(random.below(3) - 1)
    input.largeNet = Double(random.below(2001) - 1000)
    input.largeGross = Double(random.below(2) * (1000 + random.below(1000)))
    input.stand(from: Double(random.below(100)))
    input.atr = random.chance(100) ? .nan : 20
    input.atrShare = random.chance(100) ? .nan : Double(random.below(10)) / 10_000
    return input
  }
}
