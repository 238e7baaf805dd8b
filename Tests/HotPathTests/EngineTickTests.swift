import CRecords
import Domain
import Testing

@testable import HotPath

/// The clock, full outboxes, and the same records twice.
@Suite struct EngineTickTests {
  private func live(_ strategies: [StrategyConfig], timing: EvaluationTiming = .everyGridPoint, trades: Int = 1 << 16)
    -> EngineRig
  {
    let rig = EngineRig(strategies: strategies, timing: timing, output: .gridPoints, gapPolicy: .hold, trades: trades)
    rig.step(Records.historyEnd(0, gaveUp: true))
    return rig
  }

  @Test func ticksPassGridPointsUpToTwoSecondsAgo() {
    let rig = live([Strategies.flow()])
    rig.tick(500)
    rig.step(Records.trade(1, 1_000, "10"))
    rig.tick(17_000)
    #expect(rig.evaluations.isEmpty, "a trade of T = 15,000 may still come and belongs to that point")
    rig.step(Records.trade(2, 15_000, "11"), now: 17_000)
    #expect(rig.counters.late == 0)
    rig.tick(17_001)
    #expect(rig.evaluations.map(\.timeMillis) == [15_000])
    #expect(rig.evaluations.map(\.aggId) == [2])
    rig.tick(62_500)
    #expect(rig.evaluations.map(\.timeMillis) == [15_000, 30_000, 45_000, 60_000])
  }

  @Test func aTradeBehindTheTicksIsRaisedAndCounted() {
    let rig = live([Strategies.flow()], timing: .everyTrade)
    rig.step(Records.trade(1, 1_000, "10"))
    rig.tick(302_000)
    rig.step(Records.trade(2, 299_000, "11"), now: 302_000)
    #expect(rig.counters.late == 1)
    // Its T is 300,000: the first candle closed without it.
    #expect(rig.state.candles.lastClose == 10)
    #expect(rig.state.candles.high == 11)
    #expect(rig.state.eventMillis == 300_000)
  }

  /// Time alone brings ATR and signals at grid points, and an entry at the next trade.
  @Test func ticksCloseCandles() {
    let rig = live([Strategies.flow()])
    rig.step(Records.trade(1, 1_000, "1000", sell: true))
    rig.step(Records.trade(2, 2_000, "1014", "3"))
    rig.tick(14 * 300_000 + 1_999)
    #expect(rig.engine.view(0).atr.isNaN)
    rig.tick(14 * 300_000 + 2_000)
    #expect(rig.engine.view(0).atr == 1)
    #expect(rig.signals.isEmpty, "the flow has left the 30 min window")
  }

  /// 30 h without a trade, 8 strategies: 57,600 rows through an outbox of 1,024, the same as in small steps.
  @Test func aFullOutboxLosesAndRepeatsNothing() {
    let strategies = (0..<8).map { Strategies.flow("s\($0)") }
    let first = Records.trade(1, 1_000, "10", "2")
    let last = Records.trade(2, 1_000 + 108_000_000, "10")
    let once = live(strategies)
    once.step(first)
    once.step(last)
    #expect(once.interruptions > 50)
    #expect(once.evaluations.count == 57_600)
    let ticked = live(strategies)
    ticked.step(first)
    for now in stride(from: Int64(100_000), to: 108_000_000, by: 400_000) { ticked.tick(now) }
    ticked.step(last)
    #expect(ticked.interruptions == 0)
    #expect(once.evaluations.map(Plain.line) == ticked.evaluations.map(Plain.line))
    #expect(once.view() == ticked.view())
    for (index, row) in once.evaluations.enumerated() {
      let expected = Int64(index / 8 + 1) * 15_000
      guard row.timeMillis == expected, row.strategy == UInt32(index % 8) else {
        Issue.record("row \(index) is of \(row.timeMillis) and strategy \(row.strategy)")
        break
      }
    }
    let hour = live(strategies)
    hour.step(first)
    hour.tick(108_000_000)
    hour.step(last)
    #expect(hour.interruptions > 50, "a tick is interrupted and resumed as well")
    #expect(hour.evaluations.map(Plain.line) == ticked.evaluations.map(Plain.line))
  }

  /// Several symbols in one tick: it goes on where the full outbox interrupted it.
  @Test func aTickOverSymbolsResumes() {
    let names = ["A", "B", "C"]
    let rig = EngineRig(
      symbols: names, timing: .everyGridPoint, output: .gridPoints, gapPolicy: .hold)
    for symbol in 0..<UInt32(3) {
      rig.step(Records.historyEnd(0, symbol: symbol, gaveUp: true))
      rig.step(Records.trade(1, 1_000, "10", symbol: symbol))
    }
    rig.tick(36_000_000)
    #expect(rig.interruptions > 0)
    for symbol in 0..<UInt32(3) {
      let times = rig.evaluations.filter { $0.symbol == symbol }.map(\.timeMillis)
      #expect(times == (1...2_399).map { Int64($0) * 15_000 })
    }
  }

  /// A used-up pool blocks entries of the symbol for 24 h; nothing traps.
  @Test func aUsedUpPoolIsCountedAndBlocks() {
    let rig = live([Strategies.flow()], timing: .everyTrade, trades: 256)
    for id in 1...300 { rig.step(Records.trade(Int64(id), 1_000 + Int64(id), "10")) }
    #expect(rig.counters.poolExhausted == 44)
    #expect(rig.engine.view(0).quantity == Int128(units("256")))
    #expect(rig.engine.view(0).incompleteUntilMillis == 1_300 + 86_400_000)
    #expect(rig.poolUse.used == 1)
  }

  /// Drained after every step or only when full, run twice: the same words in the same order.
  @Test(arguments: TestSeed.all(2))
  func theSameRecordsGiveTheSameOutbox(seed: UInt64) {
    var random = SeededRandom(seed ^ 0xD1CE)
    var records: [(apus_record, Int64)] = []
    var now: Int64 = 0
    for record in Records.walk(seed: seed, count: 1_500) {
      if record.id % 211 == 0 { continue }
      now = max(now, record.time_ms)
      if random.chance(100) { records.append((Records.tick(now + 2_500), now + 2_500)) }
      if random.chance(30) {
        let value = Double(random.below(300)) / 100
        records.append((Records.indicator(.longShortRatio, record.time_ms, value, order: record.id), now))
      }
      if random.chance(20) { records.append((Records.liquidation(record.time_ms, "1000", "60", sell: false), now)) }
      records.append((record, now))
    }
    let strategies = [Strategies.flow(), Strategies.nine(threshold: 40), Strategies.flow("b", cooldownMillis: 1_000)]
    func run(drainsOnlyWhenFull: Bool) -> [String] {
      let rig = EngineRig(
        strategies: strategies, output: .all, gapPolicy: .hold, drainsOnlyWhenFull: drainsOnlyWhenFull)
      rig.step(Records.historyEnd(0, gaveUp: true))
      for (record, now) in records { rig.step(record, now: now) }
      rig.drain()
      return Plain.lines(rig) + rig.view()
    }
    let first = run(drainsOnlyWhenFull: false)
    let again = TestSeed.again(seed, "EngineTickTests")
    #expect(first.count > 500, again)
    #expect(first == run(drainsOnlyWhenFull: false), again)
    #expect(first == run(drainsOnlyWhenFull: true), again)
  }
}
