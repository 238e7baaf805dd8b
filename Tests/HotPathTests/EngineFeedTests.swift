import CRecords
import Domain
import Testing

@testable import HotPath

/// The order of ids: duplicates, holes, history and its hand-over to the live stream.
@Suite struct EngineFeedTests {
  private func live(_ strategies: [StrategyConfig] = [Strategies.flow()], heldTrades: Int = 1 << 12) -> EngineRig {
    let rig = EngineRig(strategies: strategies, gapPolicy: .hold, heldTrades: heldTrades)
    rig.step(Records.historyEnd(0, gaveUp: true))
    return rig
  }

  private func asHistory(_ record: apus_record) -> apus_record {
    var record = record
    record.kind = EventKind.historyTrade.rawValue
    return record
  }

  @Test func repeatedAndOlderIdsAreDropped() {
    for policy in [GapPolicy.report, .hold] {
      let rig = EngineRig(gapPolicy: policy)
      rig.step(Records.historyEnd(0, gaveUp: true))
      for id in [5, 6, 6, 5, 1, 7] { rig.step(Records.trade(Int64(id), 1_000, "10")) }
      #expect(rig.counters.trades == 3)
      #expect(rig.counters.dropped == 3)
      #expect(rig.counters.gaps == 0)
      #expect(rig.engine.view(0).quantity == Int128(units("3")))
    }
  }

  @Test func aTimeThatRunsBackwardsIsRaised() {
    let rig = EngineRig(output: .all)
    rig.step(Records.trade(1, 10_000, "10"))
    rig.step(Records.trade(2, 9_000, "10"))
    #expect(rig.engine.view(0).tradeMillis == 10_000)
    rig.step(Records.trade(3, 10_000, "10"))
    #expect(rig.evaluations.map(\.timeMillis) == [10_000, 10_000, 10_000])
    #expect(rig.counters.late == 1)
  }

  /// Quantity 0 changes nothing but the last seen id.
  @Test func aTradeOfNothingOnlyMovesTheId() {
    let rig = EngineRig(output: .all)
    rig.step(Records.trade(1, 10_000, "10"))
    rig.step(Records.trade(2, 90_000, "99", "0"))
    #expect(rig.evaluations.count == 1)
    #expect(rig.engine.view(0).lastId == 2)
    #expect(rig.engine.view(0).price == units("10"))
    #expect(rig.engine.view(0).tradeMillis == 10_000)
    rig.step(Records.trade(3, 11_000, "10"))
    #expect(rig.evaluations.map(\.timeMillis) == [10_000, 11_000])
    #expect(rig.gaps.isEmpty)
    #expect(rig.counters.trades == 3)
  }

  @Test func aReplayReportsItsGapsAndGoesOn() {
    let rig = EngineRig()
    rig.step(Records.trade(1, 1_000, "10"))
    rig.step(Records.trade(5, 2_000, "10"))
    rig.step(Records.trade(9, 3_000, "10", "0"))
    #expect(rig.gaps.map(Plain.line) == ["permanent 0 2 4", "permanent 0 6 8"])
    #expect(rig.counters.gaps == 2)
    #expect(rig.engine.view(0).quantity == Int128(units("2")))
    #expect(rig.engine.view(0).incompleteUntilMillis == .min, "a gap in a replay does not block")
  }

  /// Whoever drains only when told to loses nothing and traps nowhere, trades of nothing among holes included.
  @Test func manyGapsInAFullOutbox() {
    let rig = EngineRig(drainsOnlyWhenFull: true)
    for number in 1...200 {
      rig.step(Records.trade(Int64(number) * 2, 1_000, "10", "0"))
    }
    rig.drain()
    #expect(rig.gaps.map(\.fromId) == (1..<200).map { Int64($0) * 2 + 1 })
    #expect(rig.interruptions > 0)
  }

  /// A hole is asked for, filled in order, and leaves no trace in the windows.
  @Test(arguments: TestSeed.all(3))
  func aFilledGapLeavesNoTrace(seed: UInt64) {
    let records = Records.walk(seed: seed, count: 400)
    let whole = live()
    for record in records { whole.step(record) }
    let holed = live()
    for record in records[..<150] { holed.step(record) }
    for record in records[180..<230] { holed.step(record) }
    #expect(holed.engine.view(0).held == 50)
    #expect(holed.engine.view(0).missing == 30)
    holed.tick(records[229].time_ms + 100)
    #expect(holed.gaps.map(Plain.line) == ["wanted 0 151 180"])
    // The answer comes in parts and overlaps on both sides.
    for record in records[140..<160] { holed.step(asHistory(record)) }
    #expect(holed.engine.view(0).missing == 20)
    for record in records[155..<185] { holed.step(asHistory(record)) }
    #expect(holed.engine.view(0).held == 0)
    #expect(holed.gaps.map(Plain.line).last == "filled 0 151 230")
    for record in records[230...] { holed.step(record) }
    let again = TestSeed.again(seed, "EngineFeedTests")
    #expect(whole.view() == holed.view(), again)
    #expect(holed.counters.gaps == 1, again)
    #expect(holed.counters.trades == 400, again)
    #expect(holed.counters.dropped == 0, again)
  }

  /// After the tenth of a second that a trade in the wrong order gets, and every 5 s.
  @Test func aGapIsAskedForAgain() {
    let rig = live()
    rig.step(Records.trade(1, 100_000, "10"))
    rig.step(Records.trade(3, 100_100, "10"), now: 100_200)
    for now in stride(from: Int64(100_300), through: 110_300, by: 100) { rig.tick(now) }
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 2 2", "wanted 0 2 2", "wanted 0 2 2"])
    rig.step(Records.trade(2, 100_050, "10", history: true))
    rig.tick(120_000)
    #expect(rig.gaps.map(Plain.line).dropFirst(3) == ["filled 0 2 3"])
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(0).incompleteUntilMillis == .min)
  }

  @Test func exitsAndPriceUseHeldTrades() {
    let rig = live()
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    CalmMarket.trade(rig, 5, 1_000, "1001")
    #expect(rig.engine.view(0).phase == .gap)
    #expect(rig.engine.view(0).price == units("1001"))
    CalmMarket.trade(rig, 6, 1_100, "980")
    #expect(rig.paper.map(\.kind) == [.entered, .closed])
    #expect(rig.paper.last?.position.exitMillis == CalmMarket.ready + 1_100)
    CalmMarket.trade(rig, 6, 1_100, "980")
    #expect(rig.counters.dropped == 1, "a held trade that comes twice")
    let signals = rig.signals.count
    CalmMarket.trade(rig, 7, 700_000, "980")
    #expect(rig.signals.count == signals, "no entries while the windows wait")
    for number in [3, 4] as [Int64] {
      rig.step(Records.trade(CalmMarket.lastId + number, CalmMarket.ready + 500, "1000", history: true))
    }
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.paper.count == 2, "exits ran when the held trades came")
    #expect(rig.signals.count == signals, "a late evaluation does not trade")
    CalmMarket.trade(rig, 8, 700_001, "980")
    #expect(rig.signals.count == signals + 1)
  }

  /// A held trade's T is at least the largest so far.
  @Test func heldTradesDoNotGoBackInTime() {
    let rig = live()
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 5_000, "1000")
    CalmMarket.trade(rig, 3, 4_000, "1000")
    CalmMarket.trade(rig, 5, 4_500, "980")
    #expect(rig.paper.last?.position.exitReason == .stop)
    #expect(rig.paper.last?.position.exitMillis == CalmMarket.ready + 5_000)
  }

  /// After ten minutes the hole is passed over for good: windows go on, signals wait for 4 h.
  @Test func aGapThatCannotBeFilled() {
    let rig = live()
    CalmMarket.feed(rig)
    let id = CalmMarket.lastId
    let at = CalmMarket.ready
    rig.step(Records.trade(id + 3, at, "1000"), now: at)
    rig.step(Records.trade(id + 4, at + 1_000, "1000"), now: at + 1_000)
    rig.tick(at + 599_999)
    #expect(rig.engine.view(0).held == 2)
    rig.tick(at + 600_000)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.gaps.last.map(Plain.line) == "permanent 0 \(id + 1) \(id + 2)")
    #expect(rig.counters.gaps == 1)
    let complete = at + 14_400_000
    #expect(rig.engine.view(0).incompleteUntilMillis == complete)
    rig.step(Records.trade(id + 5, at + 700_000, "1000"), now: at + 700_000)
    rig.step(Records.trade(id + 6, complete - 1, "1000"), now: complete - 1)
    #expect(rig.signals.isEmpty)
    rig.step(Records.trade(id + 7, complete, "1000"), now: complete)
    #expect(rig.signals.count == 1)
  }

  @Test(arguments: TestSeed.all(2))
  func historyHandsOverToTheLiveStream(seed: UInt64) {
    let records = Records.walk(seed: seed, count: 300)
    let whole = live()
    for record in records { whole.step(record) }
    let joined = EngineRig(gapPolicy: .hold)
    #expect(joined.engine.view(0).phase == .backfilling)
    // Live trades from the 200th on are held while history comes, which reaches into them.
    for record in records[200..<240] { joined.step(record) }
    #expect(joined.engine.view(0).held == 40)
    #expect(joined.engine.view(0).price == records[239].price_e8)
    for record in records[..<220] { joined.step(asHistory(record)) }
    for record in records[240..<250] { joined.step(record) }
    joined.step(Records.historyEnd(records[249].time_ms))
    #expect(joined.engine.view(0).phase == .flowing)
    for record in records[250...] { joined.step(record) }
    let again = TestSeed.again(seed, "EngineFeedTests")
    #expect(whole.view() == joined.view(), again)
    #expect(joined.gaps.isEmpty, again)
    #expect(joined.counters.gaps == 0, again)
  }

  /// History that ends before the held trades begin: the rest is asked for as a gap.
  @Test func historyThatEndsEarlyLeavesAGap() {
    let records = Records.walk(seed: 5, count: 60)
    let whole = live()
    for record in records { whole.step(record) }
    let rig = EngineRig(gapPolicy: .hold)
    for record in records[40...] { rig.step(record) }
    for record in records[..<30] { rig.step(asHistory(record)) }
    rig.step(Records.historyEnd(records[59].time_ms))
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 31 40"])
    for record in records[30..<40] { rig.step(asHistory(record)) }
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(Plain.fields(rig.engine.view(0)).prefix(13) == Plain.fields(whole.engine.view(0)).prefix(13))
  }

  /// A new symbol: the venue had nothing when it was asked. Its first live trade may not be its first trade at all, so it is
  /// asked once more; what it then has not, nobody has.
  @Test(arguments: [false, true])
  func aNewSymbolsFirstTradesAreAskedFor(comesAfterTheAnswer: Bool) {
    let rig = EngineRig(gapPolicy: .hold)
    if comesAfterTheAnswer { rig.step(Records.historyEnd(500)) }
    rig.step(Records.trade(70, 1_000, "10"))
    rig.step(Records.trade(71, 1_001, "10"))
    #expect(rig.engine.view(0).quantity == 0)
    if !comesAfterTheAnswer { rig.step(Records.historyEnd(2_000)) }
    #expect(rig.gaps.map(Plain.line) == ["past 0 0 0"])
    #expect(rig.engine.view(0).phase == .backfilling)
    rig.step(Records.trade(69, 999, "10", history: true))
    rig.step(Records.historyEnd(2_000))
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(0).quantity == Int128(units("3")))
    #expect(rig.gaps.count == 1)
  }

  @Test func noHistoryAtAll() {
    let rig = EngineRig(gapPolicy: .hold)
    rig.step(Records.trade(70, 1_000, "10"))
    rig.step(Records.historyEnd(2_000))
    rig.step(Records.historyEnd(2_000))
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(0).quantity == Int128(units("1")))
    let silent = EngineRig(gapPolicy: .hold)
    silent.step(Records.historyEnd(2_000, gaveUp: true))
    silent.step(Records.trade(70, 1_000, "10"))
    #expect(silent.engine.view(0).quantity == Int128(units("1")), "one that warms up live begins at once")
    #expect(silent.gaps.isEmpty)
  }

  /// What the full queue refused is a gap behind the held trades, and comes back as one.
  @Test func anOverflownHoldIsAskedForAgain() {
    let records = Records.walk(seed: 8, count: 40)
    let whole = live()
    for record in records { whole.step(record) }
    let rig = live(heldTrades: 8)
    rig.step(records[0])
    for record in records[2..<20] { rig.step(record) }
    #expect(rig.engine.view(0).held == 8)
    #expect(rig.counters.notHeld == 10)
    rig.tick(records[19].time_ms + 100)
    rig.step(asHistory(records[1]))
    #expect(rig.engine.view(0).lastId == 10)
    rig.step(records[20])
    rig.tick(records[20].time_ms + 200)
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 2 2", "filled 0 2 10", "wanted 0 11 20"])
    for record in records[10..<20] { rig.step(asHistory(record)) }
    for record in records[21...] { rig.step(record) }
    #expect(whole.view() == rig.view())
  }

  /// One T or id that cannot be true would freeze the symbol: it is left out, and the stream goes on.
  @Test func implausibleTradesAreLeftOut() {
    let rig = live()
    let now: Int64 = 1_700_000_000_000
    rig.step(Records.trade(1, now, "10"), now: now)
    rig.step(Records.trade(2, now + 60_001, "10"), now: now)
    rig.step(Records.trade(2, now - 86_400_001, "10"), now: now)
    rig.step(Records.trade(10_000_002, now, "10"), now: now)
    rig.step(Records.trade(.max, now, "10"), now: now)
    rig.step(Records.trade(2, now + 3_600_001, "10", history: true), now: now)
    rig.step(Records.trade(2, now - 604_800_001, "10", history: true), now: now)
    rig.step(Records.trade(10_000_002, now, "10", history: true), now: now)
    #expect(rig.counters.implausible == 7)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(0).lastId == 1)
    rig.step(Records.trade(2, now + 60_000, "10"), now: now)
    rig.step(Records.trade(3, now - 86_400_000, "10"), now: now)
    rig.step(Records.trade(4, now, "10", history: true), now: now)
    #expect(rig.counters.trades == 4)
    rig.step(Records.trade(10_000_004, now, "10"), now: now)
    #expect(rig.engine.view(0).phase == .gap)
    #expect(rig.counters.implausible == 7)
    let replay = EngineRig()
    replay.step(Records.trade(1, now, "10"), now: now + 86_400_001)
    replay.step(Records.trade(200_000_002, now, "10"))
    #expect(replay.counters.trades == 2, "a file may be as old as it likes")
  }

  /// An id that is too high but not absurd: true trades go on below it, so it is not waited for.
  @Test func aWrongIdIsNotWaitedFor() {
    let rig = live()
    let now: Int64 = 1_700_000_000_000
    rig.step(Records.trade(1, now, "10"), now: now)
    rig.step(Records.trade(5_000_000, now + 100, "10"), now: now + 100)
    for id in 2...80 as ClosedRange<Int64> { rig.step(Records.trade(id, now + id * 100, "10"), now: now + id * 100) }
    #expect(rig.engine.view(0).lastId == 80, "windows go on meanwhile")
    rig.tick(now + 8_100)
    rig.tick(now + 8_200)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.counters.quarantined == 1 && rig.engine.view(0).incompleteUntilMillis == .min)
    rig.step(Records.trade(81, now + 8_300, "10"), now: now + 8_300)
    #expect(rig.engine.view(0).lastId == 81)
  }

  /// Two holes, one after the other: each is given ten minutes from its own beginning.
  @Test func eachGapHasItsTenMinutes() {
    let rig = live()
    let now: Int64 = 1_700_000_000_000
    rig.step(Records.trade(1, now, "10"), now: now)
    rig.step(Records.trade(3, now + 1_000, "10"), now: now + 1_000)
    rig.step(Records.trade(5, now + 300_000, "10"), now: now + 300_000)
    rig.tick(now + 601_000)
    #expect(rig.engine.view(0).lastId == 3)
    rig.tick(now + 899_999)
    #expect(rig.engine.view(0).lastId == 3)
    rig.tick(now + 900_000)
    #expect(rig.engine.view(0).lastId == 5)
  }

  /// The first frame has no id to be compared with; history brings one.
  @Test func anImplausibleFirstTradeDoesNotOutlastHistory() {
    let now: Int64 = 1_700_000_000_000
    let rig = EngineRig(gapPolicy: .hold)
    rig.step(Records.trade(9_000_000_000_000, now, "10"), now: now)
    rig.step(Records.trade(3, now, "10"), now: now)
    rig.step(Records.trade(2, now - 1_000, "10", history: true), now: now)
    rig.step(Records.historyEnd(now), now: now)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.counters.implausible == 1)
    #expect(rig.engine.view(0).lastId == 3, "held in the order of ids, the absurd one last")
    rig.step(Records.trade(4, now, "10"), now: now)
    #expect(rig.engine.view(0).phase == .flowing)
  }

  @Test func unknownRecordsAreCounted() {
    let rig = EngineRig()
    var record = Records.trade(1, 1_000, "10")
    record.kind = 99
    rig.step(record)
    rig.step(Records.trade(1, 1_000, "10", symbol: 7))
    var command = Records.command(.pauseEntries)
    command.id = 77
    rig.step(command)
    #expect(rig.counters.unknown == 3)
    #expect(rig.counters.trades == 0)
  }
}
