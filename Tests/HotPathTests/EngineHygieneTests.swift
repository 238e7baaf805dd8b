import CRecords
import Domain
import Testing

@testable import HotPath

/// Live trades that contradict each other or the price before them, in the wrong order, or over two connections.
@Suite struct EngineHygieneTests {
  private let start: Int64 = 1_700_000_000_000

  private func live() -> EngineRig {
    let rig = EngineRig(gapPolicy: .hold)
    rig.step(Records.historyEnd(0, gaveUp: true))
    return rig
  }

  private func trade(_ id: Int64, _ price: String = "10", _ quantity: String = "1", history: Bool = false)
    -> apus_record
  {
    Records.trade(id, start + id * 100, price, quantity, history: history)
  }

  /// Whatever comes within some places of its turn is put in order, without a question to REST.
  @Test(arguments: [[2, 1], [3, 2, 1], [2, 3, 1], [4, 2, 3, 1]])
  func tradesOutOfOrderArePutInOrder(order: [Int64]) {
    let whole = live()
    let mixed = live()
    for rig in [whole, mixed] { rig.step(trade(100)) }
    let most = order.max() ?? 0
    for id in 1...most { whole.step(trade(100 + id, "10.\(id)")) }
    for id in order { mixed.step(trade(100 + id, "10.\(id)"), now: start + 11_000) }
    for rig in [whole, mixed] { rig.step(trade(101 + most)) }
    #expect(whole.view() == mixed.view())
    #expect(mixed.gaps.isEmpty)
    #expect(mixed.counters.reordered > 0 || order == [2, 1])
    #expect(mixed.counters.dropped == 0)
  }

  /// Ten times the price: held, not traded on, and replaced by what REST has.
  @Test func aWrongPriceIsReplacedByTheVenues() {
    let whole = live()
    let rig = live()
    for id in 1...3 as ClosedRange<Int64> { rig.step(trade(id)) }
    rig.step(trade(4, "100"))
    #expect(rig.engine.view(0).price == units("10"), "the live price does not follow it")
    #expect(rig.counters.doubted == 1)
    rig.step(trade(5, "10.1"))
    #expect(rig.engine.view(0).price == units("10.1"))
    #expect(rig.engine.view(0).lastId == 3)
    rig.tick(start + 700)
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 4 4"])
    rig.step(trade(4, "10.2", history: true), now: start + 800)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.counters.quarantined == 1)
    #expect(rig.gaps.map(Plain.line).contains("quarantined 0 4 4"))
    for id in 1...3 as ClosedRange<Int64> { whole.step(trade(id)) }
    whole.step(trade(4, "10.2"))
    whole.step(trade(5, "10.1"))
    #expect(whole.view() == rig.view())
  }

  /// A crash: REST confirms it; exits need not wait for that once three trades agree.
  @Test func aCrashIsConfirmed() {
    let rig = live()
    rig.step(trade(1))
    for (id, price) in [(2, "8"), (3, "7.9")] as [(Int64, String)] {
      rig.step(trade(id, price))
      #expect(rig.engine.view(0).price == units("10"))
    }
    rig.step(trade(4, "8.1"))
    #expect(rig.engine.view(0).price == units("8.1"), "three trades in a row agree")
    #expect(rig.engine.view(0).lastId == 1)
    rig.step(trade(2, "8", history: true), now: start + 600)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(0).lastId == 4)
    #expect(rig.counters.quarantined == 0)
  }

  /// REST says nothing for ten minutes: the outlier goes, a lasting move stays.
  @Test func withoutAnAnswerTheNeighboursDecide() {
    let outlier = live()
    outlier.step(trade(1))
    outlier.step(trade(2, "100"))
    outlier.step(trade(3, "10.1"))
    outlier.tick(start + 600_300)
    #expect(outlier.counters.quarantined == 1)
    outlier.tick(start + 1_200_400)
    #expect(outlier.engine.view(0).lastId == 3)
    #expect(outlier.gaps.map(Plain.line).last == "permanent 0 2 2")
    let move = live()
    move.step(trade(1))
    move.step(trade(2, "20"))
    move.step(trade(3, "20.1"))
    move.tick(start + 600_300)
    #expect(move.engine.view(0).lastId == 3)
    #expect(move.counters.quarantined == 0)
  }

  /// The same id again with other content: what was applied stays if REST has it so, and entries wait for the answer.
  @Test func aContradictionIsVerified() {
    let rig = live()
    for id in 1...5 as ClosedRange<Int64> { rig.step(trade(id)) }
    rig.step(trade(4, "10.3"))
    #expect(rig.counters.quarantined == 1 && rig.counters.dropped == 0)
    #expect(rig.gaps.map(Plain.line) == ["quarantined 0 4 4", "verify 0 4 4"])
    #expect(rig.engine.view(0).isSuspect && rig.engine.view(0).incompleteUntilMillis == .max)
    rig.tick(start + 6_000)
    #expect(rig.gaps.map(Plain.line).last == "verify 0 4 4", "asked again after five seconds")
    rig.step(trade(4, history: true), now: start + 6_000)
    rig.step(Records.historyEnd(0, request: .verify), now: start + 6_000)
    #expect(!rig.engine.view(0).isSuspect && rig.engine.view(0).incompleteUntilMillis == .min)
    rig.step(trade(5))
    #expect(rig.counters.dropped == 1, "the same content is a repetition")
    #expect(rig.engine.view(0).quantity == Int128(units("5")))
  }

  /// What was applied was the false one: the windows are built anew.
  @Test func aFalseTradeThatCameFirstIsUndone() {
    let rig = live()
    for id in 1...3 as ClosedRange<Int64> { rig.step(trade(id)) }
    rig.step(trade(4, "10.3", "2"))
    rig.step(trade(4))
    rig.step(trade(4, history: true), now: start + 500)
    #expect(rig.gaps.map(Plain.line).last == "rebuild 0 0 4")
    #expect(rig.engine.view(0).isSuspect)
    rig.step(Records.reset(), now: start + 500)
    for id in 1...4 as ClosedRange<Int64> { rig.step(trade(id, history: true), now: start + 500) }
    rig.step(Records.historyEnd(0), now: start + 500)
    let whole = live()
    for id in 1...4 as ClosedRange<Int64> { whole.step(trade(id)) }
    #expect(whole.view() == rig.view())
    #expect(!rig.engine.view(0).isSuspect)
  }

  /// Of two held trades of one id neither is believed.
  @Test func heldContradictionsAreAskedFor() {
    let rig = live()
    rig.step(trade(1))
    rig.step(trade(3))
    rig.step(trade(4))
    rig.step(trade(4, "10.2"))
    #expect(rig.counters.quarantined == 1)
    rig.step(trade(2))
    #expect(rig.engine.view(0).lastId == 3)
    rig.step(trade(5))
    rig.tick(start + 700)
    #expect(rig.gaps.map(Plain.line).last == "wanted 0 4 4")
    rig.step(trade(4, "10.2", history: true), now: start + 800)
    #expect(rig.engine.view(0).lastId == 5)
  }

  @Test func whatComesOverTwoConnectionsIsNoRepetition() {
    let rig = live()
    for _ in 0..<2 {
      var record = trade(1)
      record.flags |= RecordFlags.overlap
      rig.step(record)
    }
    #expect(rig.counters.overlapped == 1 && rig.counters.dropped == 0)
    #expect(rig.engine.view(0).quantity == Int128(units("1")))
  }

  @Test func noEntriesWhileTheClockIsInDoubt() {
    let rig = live()
    CalmMarket.feed(rig)
    rig.step(Records.command(.clockDoubted))
    CalmMarket.trade(rig, 1, 0, "1000")
    #expect(rig.signals.last?.reason == .clockDoubted)
    rig.step(Records.command(.clockTrusted))
    CalmMarket.trade(rig, 2, 700_000, "1000")
    #expect(rig.signals.last?.reason == RejectReason.none)
  }
}
