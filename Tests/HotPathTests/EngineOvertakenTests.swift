import CRecords
import Domain
import Testing

@testable import HotPath

/// Trades that REST brings before the stream does: positions see each of them once, when it comes live, and no repetition.
@Suite struct EngineOvertakenTests {
  /// Signal at the first trade after the calm market, entry at 1000.1 with the second: stop 986.1, first target 1010.6.
  private func entered() -> EngineRig {
    let rig = pending()
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    return rig
  }

  private func pending() -> EngineRig {
    let rig = EngineRig(gapPolicy: .hold)
    rig.step(Records.historyEnd(0, gaveUp: true))
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    #expect(rig.signals.count == 1)
    return rig
  }

  private func overRest(_ rig: EngineRig, _ number: Int64, _ after: Int64, _ price: String) {
    rig.step(Records.trade(CalmMarket.lastId + number, CalmMarket.ready + after, price, history: true))
  }

  @Test func exitsRunWhenItComesLive() {
    let rig = entered()
    overRest(rig, 3, 1_000, "980")
    #expect(rig.paper.count == 1, "history trades nothing")
    CalmMarket.trade(rig, 3, 1_000, "980")
    #expect(rig.paper.map(\.kind) == [.entered, .closed])
    #expect(rig.paper.last?.position.exitReason == .stop)
    #expect(rig.paper.last?.position.exitMillis == CalmMarket.ready + 1_000)
    #expect(rig.counters.dropped == 1)
  }

  @Test func pendingEntriesAreFilled() {
    let rig = pending()
    overRest(rig, 2, 200, "1000")
    #expect(rig.paper.isEmpty)
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    // Again: an exit at its own entry's trade would be the first thing to go wrong.
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.count == 1)
  }

  /// Each of several in their order; and of those that come in the wrong order the higher one.
  @Test func eachOfSeveralCounts() {
    let rig = entered()
    for (number, price) in [(3, "1005"), (4, "1012"), (5, "1000")] as [(Int64, String)] {
      overRest(rig, number, number * 300, price)
    }
    for (number, price) in [(3, "1005"), (4, "1012")] as [(Int64, String)] {
      CalmMarket.trade(rig, number, number * 300, price)
    }
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1])
    CalmMarket.trade(rig, 5, 1_500, "1000")
    #expect(rig.paper.last?.position.exitReason == .breakeven)
    let reordered = entered()
    overRest(reordered, 3, 900, "980")
    overRest(reordered, 4, 1_200, "1000")
    CalmMarket.trade(reordered, 4, 1_200, "1000")
    CalmMarket.trade(reordered, 3, 900, "980")
    #expect(reordered.paper.map(\.kind) == [.entered])
  }

  /// The first target moves the stop to the entry's price: the entry's own trade, come again, would end the position.
  @Test(arguments: [false, true])
  func aRepetitionRunsNothing(overTwoConnections: Bool) {
    let rig = entered()
    CalmMarket.trade(rig, 3, 900, "1012")
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1])
    for _ in 0..<2 {
      var again = Records.trade(CalmMarket.lastId + 2, CalmMarket.ready + 200, "1000")
      if overTwoConnections { again.flags |= RecordFlags.overlap }
      rig.step(again)
    }
    #expect(rig.paper.count == 2)
    #expect(rig.counters.dropped == (overTwoConnections ? 0 : 2))
    #expect(rig.counters.overlapped == (overTwoConnections ? 2 : 0))
  }

  /// Overtaken and repeated: once.
  @Test func anOvertakenTradeCountsOnce() {
    let rig = entered()
    overRest(rig, 3, 600, "1000")
    overRest(rig, 4, 900, "1012")
    CalmMarket.trade(rig, 3, 600, "1000")
    CalmMarket.trade(rig, 4, 900, "1012")
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1])
    CalmMarket.trade(rig, 3, 600, "1000")
    CalmMarket.trade(rig, 4, 900, "1012")
    #expect(rig.paper.count == 2)
  }

  /// Held and seen while its gap was open, then filled by REST: what comes again after that is a repetition.
  @Test func aHeldTradeThatRestBroughtTooCountsOnce() {
    let rig = entered()
    CalmMarket.trade(rig, 4, 900, "1012")
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1])
    overRest(rig, 3, 600, "1000")
    #expect(rig.engine.view(0).phase == .flowing && rig.engine.view(0).lastId == CalmMarket.lastId + 4)
    CalmMarket.trade(rig, 3, 600, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.count == 2)
  }

  /// Another content than REST's, or a T that cannot be, moves nothing.
  @Test func whatCannotBeTrueRunsNothing() {
    let rig = entered()
    overRest(rig, 3, 1_000, "1000")
    CalmMarket.trade(rig, 3, 1_000, "980")
    #expect(rig.paper.count == 1 && rig.counters.quarantined == 1)
    let late = entered()
    overRest(late, 3, 1_000, "1000")
    late.step(Records.trade(CalmMarket.lastId + 3, CalmMarket.ready + 9_000_000, "1000"), now: CalmMarket.ready + 1_100)
    #expect(late.paper.count == 1, "it would have been held too long")
  }

  /// History begins anew and forgets the ids; positions stay, and so does what they have seen.
  @Test(arguments: [1, 2])
  func aRebuildForgetsNoRepetition(resets: Int) {
    let rig = entered()
    CalmMarket.trade(rig, 3, 900, "1012")
    for _ in 0..<resets { rig.step(Records.reset()) }
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1])
    CalmMarket.trade(rig, 4, 1_200, "1000")
    #expect(rig.paper.last?.position.exitReason == .breakeven, "what is new counts meanwhile")
  }

  /// Without positions nothing is kept, and what came before the next one's signal does not touch it.
  @Test func theNextPositionBeginsWithItsSignal() {
    let rig = entered()
    CalmMarket.trade(rig, 3, 300, "980")
    #expect(rig.paper.last?.kind == .closed)
    CalmMarket.trade(rig, 4, 400, "1000")
    CalmMarket.trade(rig, 5, 600_000, "1000")
    CalmMarket.trade(rig, 6, 600_200, "1000")
    #expect(rig.signals.count == 2 && rig.paper.last?.kind == .entered)
    CalmMarket.trade(rig, 3, 300, "980")
    #expect(rig.paper.last?.kind == .entered)
  }

  /// A file's repetitions are what they were: a replay knows no second source.
  @Test func aReplaySeesNone() {
    let rig = EngineRig()
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    overRest(rig, 3, 1_000, "980")
    CalmMarket.trade(rig, 3, 1_000, "980")
    #expect(rig.paper.map(\.kind) == [.entered])
  }
}
