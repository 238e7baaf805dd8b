import CRecords
import Domain
import Testing

@testable import HotPath

/// Symbols that are listed and delisted while the engine runs.
@Suite struct EngineListingTests {
  private func rig(room: Int) -> EngineRig {
    let rig = EngineRig(gapPolicy: .hold, symbolRoom: room)
    rig.step(Records.historyEnd(0, gaveUp: true))
    return rig
  }

  private func list(_ rig: EngineRig, _ name: String, _ index: Int) {
    let instrument = Instrument(symbol: name, tickSize: 7, lotSize: 3, minimumQuantity: 2, minimumNotional: 5)
    // Their words are no times.
    for record in ListingRecords.records(instrument, index: index) { rig.step(record, now: 1_000) }
  }

  /// A name as long as names may be, and one of the venue's that is not ASCII.
  @Test func aListedSymbolIsTradedLikeTheOthers() {
    let rig = rig(room: 3)
    let names = ["币安人生USDT", String(repeating: "N", count: 96)]
    for (offset, name) in names.enumerated() {
      let index = UInt32(offset + 1)
      rig.step(Records.trade(1, 1_000, "10", symbol: index))
      #expect(rig.counters.unknown == Int64(offset + 1), "not before it is listed")
      list(rig, name, Int(index))
      #expect(rig.engine.symbolCount == offset + 2)
      #expect(rig.gaps.map(Plain.line).last == "past \(index) 0 0")
      rig.step(Records.trade(1, 1_000, "10", symbol: index))
      rig.step(Records.historyEnd(2_000, symbol: index, gaveUp: true))
      #expect(
        rig.engine.view(Int(index)).quantity == Int128(units("1")), "\(index) \(rig.counters) \(rig.view(Int(index)))")
      let state = rig.engine.symbols[Int(index)]
      #expect(state.limits.tick == 7 && state.limits.lot == 3 && state.limits.minimumNotional == 5)
      let bytes = (state.name.start..<state.name.end).map { rig.engine.names[$0] }
      #expect(String(decoding: bytes, as: UTF8.self) == name)
    }
  }

  @Test func withoutRoomNothingIsListed() {
    let rig = rig(room: 0)
    list(rig, "NEWUSDT", 1)
    #expect(rig.engine.symbolCount == 1)
    #expect(rig.counters.unknown == 4)
    let other = self.rig(room: 4)
    list(other, "NEWUSDT", 2)
    #expect(other.engine.symbolCount == 1, "the next index and no other")
  }

  /// More bytes than a name may have come only from parts out of order; the next symbol's name begins behind them.
  @Test func partsThatComeTwiceAreRefused() {
    let rig = rig(room: 3)
    let name = String(repeating: "N", count: 96)
    let parts = ListingRecords.records(Instrument(symbol: name), index: 1)
    for record in [parts[0], parts[1], parts[2], parts[1], parts[1], parts[1]] { rig.step(record, now: 1_000) }
    #expect(rig.counters.unknown == 3)
    #expect(rig.engine.symbolCount == 1)
    list(rig, name, 1)
    #expect(rig.engine.symbolCount == 2)
    let state = rig.engine.symbols[1]
    #expect(state.name.end - state.name.start == 96)
  }

  @Test func aDelistedSymbolEndsItsPositions() {
    let rig = rig(room: 0)
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    var record = apus_record()
    record.kind = EventKind.delisted.rawValue
    rig.step(record)
    #expect(rig.paper.map(\.kind) == [.entered, .closed])
    #expect(rig.paper.last?.position.exitReason == .delisted)
    let signals = rig.signals.count
    CalmMarket.trade(rig, 3, 700_000, "1000")
    #expect(rig.signals.count == signals)
  }
}
