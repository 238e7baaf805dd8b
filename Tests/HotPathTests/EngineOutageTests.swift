import CRecords
import Domain
import Testing

@testable import HotPath

/// A stream that is cut, silent or deaf: the clock of its symbols stands until it is known what they missed, so that the
/// windows are those of a run that nothing disturbed.
@Suite struct EngineOutageTests {
  private let start: Int64 = 1_700_000_000_000

  private func live(_ symbols: [String] = ["BTCUSDT"]) -> EngineRig {
    let rig = EngineRig(symbols: symbols, gapPolicy: .hold)
    for symbol in symbols.indices { rig.step(Records.historyEnd(0, symbol: UInt32(symbol), gaveUp: true)) }
    return rig
  }

  private func asHistory(_ record: apus_record) -> apus_record {
    var record = record
    record.kind = EventKind.historyTrade.rawValue
    return record
  }

  /// A trade a second; both runs end with the same tick.
  private func trades(_ count: Int) -> [apus_record] {
    (0..<count).map { Records.trade(Int64($0 + 1), start + Int64($0) * 1_000, $0 % 7 < 4 ? "10" : "10.5") }
  }

  private func end(_ rig: EngineRig, _ at: Int64) -> [String] {
    rig.step(Records.heard(at), now: at)
    rig.tick(at)
    return rig.view().filter { !$0.hasPrefix("phase") } + ["\(rig.state.candles.high) \(rig.state.grid.acceleration)"]
  }

  private func undisturbed(_ records: [apus_record], endingAt at: Int64) -> [String] {
    let rig = live()
    for record in records { rig.step(record) }
    return end(rig, at)
  }

  /// Nothing is heard for five minutes, ticks go on; then REST fills what is missing: no trace is left.
  @Test func aSilentConnectionLeavesNoTrace() {
    let records = trades(900)
    let rig = live()
    rig.step(Records.heard(start))
    for record in records[..<300] { rig.step(record) }
    rig.step(Records.heard(records[299].time_ms))
    for now in stride(from: records[299].time_ms, to: records[620].time_ms, by: 100) { rig.tick(now) }
    #expect(rig.state.eventMillis == records[299].time_ms, "two seconds behind what was heard, not behind now")
    rig.step(Records.down(records[299].time_ms), now: records[620].time_ms)
    #expect(rig.engine.view(0).phase == .awaiting)
    rig.step(Records.heard(records[620].time_ms), now: records[620].time_ms)
    rig.tick(records[621].time_ms)
    #expect(rig.engine.view(0).phase == .awaiting)
    for record in records[621..<625] { rig.step(record) }
    rig.tick(records[624].time_ms + 100)
    #expect(rig.gaps.map(Plain.line) == ["wanted 0 301 621"])
    for record in records[300..<622] { rig.step(asHistory(record), now: records[624].time_ms) }
    #expect(rig.engine.view(0).phase == .flowing)
    for record in records[625...] { rig.step(record) }
    #expect(rig.counters.late == 0)
    let at = records[899].time_ms + 20_000
    #expect(end(rig, at) == undisturbed(records, endingAt: at))
  }

  /// Nothing was missed: the next trade follows on, and the symbol goes on with it.
  @Test func aCutThatMissedNothing() {
    let rig = live()
    rig.step(Records.heard(start))
    rig.step(Records.trade(1, start, "10"))
    rig.step(Records.down(start), now: start + 100)
    rig.tick(start + 60_000)
    rig.step(Records.trade(2, start + 60_000, "10"))
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.gaps.isEmpty)
    #expect(rig.counters.gaps == 0 && rig.counters.trades == 2)
  }

  /// A symbol that shows no trade after the cut: REST is asked once, and its clock goes on.
  @Test func aQuietSymbolIsAskedFor() {
    let rig = live(["A", "B"])
    rig.step(Records.heard(start, symbols: 0..<2))
    for symbol in 0..<UInt32(2) { rig.step(Records.trade(5, start, "10", symbol: symbol)) }
    rig.step(Records.down(start, symbols: 0..<2), now: start + 1_000)
    rig.step(Records.heard(start + 5_000, symbols: 0..<2))
    rig.tick(start + 14_999)
    #expect(rig.gaps.isEmpty)
    rig.tick(start + 15_000)
    #expect(rig.gaps.map(Plain.line) == ["check 0 6 5"], "one every three seconds")
    rig.tick(start + 18_000)
    #expect(rig.gaps.map(Plain.line).last == "check 1 6 5")
    rig.step(Records.historyEnd(0, request: .check), now: start + 18_100)
    rig.step(Records.historyEnd(0, symbol: 1, request: .check, gaveUp: true), now: start + 18_100)
    #expect(rig.engine.view(0).phase == .flowing)
    #expect(rig.engine.view(1).phase == .awaiting, "REST did not know either")
    rig.step(Records.heard(start + 20_000, symbols: 0..<2))
    rig.tick(start + 20_000)
    #expect(rig.state.eventMillis == start + 18_000)
  }

  /// A gap's end is no answer to whether the stream is right to be silent.
  @Test func onlyACheckEndsTheWait() {
    let rig = live()
    rig.step(Records.trade(5, start, "10"))
    rig.step(Records.down(start))
    rig.step(Records.historyEnd(0, request: .gap))
    #expect(rig.engine.view(0).phase == .awaiting)
    rig.step(Records.trade(7, start + 1_000, "10"))
    rig.step(Records.down(start + 1_000))
    rig.step(Records.trade(6, start + 500, "10", history: true))
    #expect(rig.engine.view(0).phase == .awaiting, "cut again while the gap was filled")
    #expect(rig.engine.view(0).lastId == 7)
  }

  /// A stream goes deaf while its connection is heard: what REST has is older than the ticks, so the windows are built anew.
  @Test func aDeafStreamIsBuiltAnew() {
    let records = trades(400)
    let rig = live()
    rig.step(Records.heard(start))
    for record in records[..<100] { rig.step(record) }
    let now = records[99].time_ms + 125_000
    rig.step(Records.heard(now))
    rig.tick(now)
    #expect(rig.gaps.map(Plain.line) == ["check 0 101 100"])
    for record in records[100..<220] { rig.step(asHistory(record), now: now) }
    #expect(rig.counters.late > 0)
    rig.step(Records.historyEnd(0, request: .check), now: now)
    #expect(rig.gaps.suffix(2).map(Plain.line) == ["deaf 0 101 101", "rebuild 0 0 220"])
    rig.step(Records.reset(), now: now)
    #expect(rig.engine.view(0).tradesHeld24h == 0)
    // Live trades that come meanwhile wait.
    for record in records[230..<240] { rig.step(record, now: now + 10_000) }
    for record in records[..<235] { rig.step(asHistory(record), now: now + 10_000) }
    rig.step(Records.historyEnd(0), now: now + 10_000)
    #expect(rig.engine.view(0).phase == .flowing)
    for record in records[240...] { rig.step(record) }
    let at = records[399].time_ms + 20_000
    #expect(end(rig, at) == undisturbed(records, endingAt: at))
    #expect(rig.counters.rebuilt == 1)
  }

  /// The answer to a check may wait a minute for REST's weight, while the stream goes on: what it brought by then was not
  /// withheld, and a connection of two hundred symbols is not cut for it.
  @Test func aLateAnswerDeafensNobody() {
    let rig = live()
    rig.step(Records.heard(start))
    rig.step(Records.trade(1, start, "10"))
    let asked = start + 121_000
    rig.step(Records.heard(asked))
    rig.tick(asked)
    #expect(rig.gaps.map(Plain.line) == ["check 0 2 1"])
    for id in 2...4 as ClosedRange<Int64> { rig.step(Records.trade(id, asked + id * 1_000, "10")) }
    // Younger than the question, not yet by the stream when the answer comes, a minute old by then.
    for id in 2...5 as ClosedRange<Int64> {
      rig.step(Records.trade(id, asked + id * 1_000, "10", history: true), now: asked + 60_000)
    }
    rig.step(Records.historyEnd(0, request: .check), now: asked + 60_000)
    #expect(rig.gaps.allSatisfy { $0.kind != .deaf }, "\(rig.gaps.map(Plain.line))")
    #expect(rig.engine.view(0).lastId == 5)
  }

  /// What was published while the connection was cut, or is young enough to be on its way, no stream withheld.
  @Test(
    arguments: [(1_500, false), (12_000, false), (17_000, true), (19_999, true), (20_001, false)] as [(Int64, Bool)])
  func onlyWhatWasDueIsMissed(afterMillis: Int64, isDeaf: Bool) {
    let rig = live()
    rig.step(Records.heard(start))
    rig.step(Records.trade(1, start, "10"))
    rig.step(Records.down(start), now: start + 1_000)
    rig.step(Records.heard(start + 15_000))
    rig.tick(start + 25_000)
    #expect(rig.gaps.map(Plain.line) == ["check 0 2 1"])
    rig.step(Records.trade(2, start + afterMillis, "10", history: true), now: start + 70_000)
    rig.step(Records.historyEnd(0, request: .check), now: start + 70_000)
    #expect(rig.gaps.dropFirst().map(Plain.line) == (isDeaf ? ["deaf 0 2 2"] : []))
    #expect(rig.engine.view(0).phase == (isDeaf ? .awaiting : .flowing))
  }

  /// Cut while the answer was on its way: the next connection has nothing to answer for.
  @Test func aConnectionMadeSinceIsNotBlamed() {
    let rig = live()
    rig.step(Records.heard(start))
    rig.step(Records.trade(1, start, "10"))
    rig.step(Records.heard(start + 121_000))
    rig.tick(start + 121_000)
    rig.step(Records.down(start + 121_000), now: start + 122_000)
    rig.step(Records.heard(start + 123_000))
    rig.step(Records.trade(2, start + 60_000, "10", history: true), now: start + 124_000)
    rig.step(Records.historyEnd(0, request: .check), now: start + 124_000)
    #expect(rig.gaps.allSatisfy { $0.kind != .deaf })
    #expect(rig.engine.view(0).phase == .awaiting)
  }

  /// REST would not give all of the day: each window is incomplete until it is as long as the time since the first trade.
  @Test func aPartialPastIsAHole() {
    let rig = EngineRig(gapPolicy: .hold)
    let hour: Int64 = 3_600_000
    rig.step(Records.trade(8, start, "10", history: true), now: start + hour)
    rig.step(Records.trade(9, start + hour, "10", history: true), now: start + hour)
    rig.step(Records.historyEnd(0, partial: true), now: start + hour)
    let view = rig.engine.view(0)
    #expect(view.phase == .flowing)
    #expect([hour / 2, 4 * hour, 24 * hour].map { view.isIncomplete(windowMillis: $0) } == [false, true, true])
    #expect(view.incompleteUntilMillis == start + 4 * hour)
    rig.step(Records.trade(10, start + 24 * hour, "10"))
    #expect(!rig.engine.view(0).isIncomplete(windowMillis: 24 * hour))
  }

  /// Positions and cooldowns outlast a rebuild: they are money, not windows.
  @Test func aRebuildKeepsPositions() {
    let rig = live()
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    rig.step(Records.reset())
    CalmMarket.trade(rig, 3, 1_000, "980")
    #expect(rig.paper.map(\.kind) == [.entered, .closed])
  }

  /// More quiet symbols than can be asked for in their patience: each gets its turn.
  @Test func quietSymbolsAreAskedForInTurn() {
    let names = (0..<60).map { "S\($0)" }
    let rig = live(names)
    rig.step(Records.heard(start, symbols: 0..<60))
    for symbol in 0..<UInt32(60) { rig.step(Records.trade(1, start, "10", symbol: symbol)) }
    for now in stride(from: start, through: start + 330_000, by: 1_000) {
      rig.step(Records.heard(now, symbols: 0..<60), now: now)
      rig.tick(now)
    }
    #expect(Set(rig.gaps.map(\.symbol)).count == 60)
  }
}
