import CRecords
import Domain
import Testing

@testable import HotPath

/// A market of fourteen candles from 1000 to 1010, so that the ATR is 10 and no flow is left over.
enum CalmMarket {
  static let start: Int64 = 1_700_000_100_000
  /// The first instant with an ATR.
  static let ready = start + 14 * 300_000
  static let lastId: Int64 = 28

  static func feed(_ rig: EngineRig) {
    for candle in 0..<Int64(14) {
      rig.step(Records.trade(candle * 2 + 1, start + candle * 300_000, "1000", sell: true))
      rig.step(Records.trade(candle * 2 + 2, start + candle * 300_000 + 1_000, "1010"))
    }
  }

  /// A trade after the market: `number` 1 is the first, `after` its ms after `ready`.
  static func trade(
    _ rig: EngineRig, _ number: Int64, _ after: Int64, _ price: String, _ quantity: String = "1", sell: Bool = false
  ) {
    rig.step(Records.trade(lastId + number, ready + after, price, quantity, sell: sell))
  }
}

/// Signals, entries and exits as the engine orders them on each trade.
@Suite struct EnginePaperTests {
  private func rig(
    _ strategies: [StrategyConfig] = [Strategies.flow()], instrument: Instrument = Instrument(symbol: "BTCUSDT")
  ) -> EngineRig {
    let rig = EngineRig(strategies: strategies, instruments: [instrument])
    CalmMarket.feed(rig)
    return rig
  }

  @Test func aSignalFiresWithTheFirstAtr() {
    let rig = rig()
    #expect(rig.signals.isEmpty)
    #expect(rig.engine.view(0).atr.isNaN)
    CalmMarket.trade(rig, 1, 0, "1000")
    #expect(rig.engine.view(0).atr == 10)
    #expect(rig.signals.count == 1)
    let signal = rig.signals[0]
    #expect(signal.isAccepted)
    #expect(signal.evaluation.direction == 1)
    #expect(signal.evaluation.aggId == 29)
    #expect(signal.evaluation.timeMillis == CalmMarket.ready)
    #expect(rig.paper.isEmpty, "the signal's own trade fills nothing")
  }

  @Test func entryWaitsForLatencyAndALaterTrade() {
    let rig = rig()
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 199, "1001")
    #expect(rig.paper.isEmpty)
    CalmMarket.trade(rig, 3, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    let position = rig.paper[0].position
    #expect(position.entryMillis == CalmMarket.ready + 200)
    #expect(abs(position.entryPrice - 1000.1) < 1e-9)
    #expect(position.quantity == units("0.71428571"))
    #expect(position.takeProfit1Quantity == units("0.35714285"))
    #expect(abs(position.riskUsd - 9.99999994) < 1e-9, "of the quantity really held")
  }

  /// With no latency at all, a signal still cannot fill at its own trade.
  @Test func theSignalsTradeNeverFillsIt() {
    var config = PaperConfig()
    config.latencyMillis = 0
    let rig = EngineRig(paper: config)
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 0, "1000")
    #expect(rig.paper.isEmpty)
    CalmMarket.trade(rig, 2, 0, "1003")
    #expect(rig.paper.map(\.kind) == [.entered])
    #expect(abs(rig.paper[0].position.entryPrice - 1003.1003) < 1e-9)
  }

  /// A fill through its own stop closes only at the next trade.
  @Test func exitsCountFromTheTradeAfterTheEntry() {
    let rig = rig()
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.paper.map(\.kind) == [.entered])
    CalmMarket.trade(rig, 3, 201, "980")
    #expect(rig.paper.map(\.kind) == [.entered, .closed])
    #expect(rig.paper[1].position.exitReason == .stop)
  }

  @Test func targetsInOneTradeAreTwoEvents() {
    let rig = rig()
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    CalmMarket.trade(rig, 3, 300, "1040")
    #expect(rig.paper.map(\.kind) == [.entered, .takeProfit1, .closed])
    #expect(rig.paper[2].position.exitReason == .takeProfit2)
    #expect(abs(rig.paper[2].position.grossUsd - (10.5 * 0.35714285 + 21 * 0.35714286)) < 1e-9)
  }

  /// One position per strategy and symbol; the cooldown is over at fired t + 600,000 ms, per direction.
  @Test func cooldownPerDirection() {
    let rig = rig([Strategies.flow(stop: 0.1)])
    CalmMarket.trade(rig, 1, 0, "1000", "5")
    CalmMarket.trade(rig, 2, 200, "1000")
    CalmMarket.trade(rig, 3, 300, "990")
    #expect(rig.paper.last?.position.exitReason == .stop)
    CalmMarket.trade(rig, 4, 599_999, "990")
    #expect(rig.signals.count == 1)
    CalmMarket.trade(rig, 5, 600_000, "990")
    #expect(rig.signals.count == 2)
    let open = rig.signals.count
    CalmMarket.trade(rig, 6, 600_100, "990")
    #expect(rig.signals.count == open, "pending")
    CalmMarket.trade(rig, 7, 600_200, "990")
    CalmMarket.trade(rig, 8, 600_300, "900", "100", sell: true)
    #expect(rig.paper.last?.kind == .closed)
    // Closed by the trade's exit, so its evaluation may fire the other way, whose cooldown never began.
    #expect(rig.signals.count == 3)
    #expect(rig.signals[2].evaluation.direction == -1)
  }

  @Test func aRejectedSignalStartsTheCooldownToo() {
    let rig = rig(instrument: Instrument(symbol: "BTCUSDT", lotSize: units("1")))
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    #expect(rig.signals.map(\.reason) == [.belowLot])
    CalmMarket.trade(rig, 3, 599_999, "1000")
    #expect(rig.signals.count == 1)
    CalmMarket.trade(rig, 4, 600_000, "1000")
    #expect(rig.signals.count == 2)
    #expect(rig.paper.isEmpty)
  }

  /// 0.71428571 at 1000 are 714.28571 USD: at the minimum notional is enough.
  @Test func minimumNotional() {
    for (minimum, reason) in [("714.28571", RejectReason.none), ("714.28571001", .belowMinimumNotional)] {
      let rig = rig(instrument: Instrument(symbol: "BTCUSDT", minimumNotional: units(minimum)))
      CalmMarket.trade(rig, 1, 0, "1000")
      #expect(rig.signals.map(\.reason) == [reason])
    }
  }

  /// 12 bp of 1000 are 1.2 USD, 0.0857 R of a stop 14 away.
  @Test func costInR() {
    for (limit, reason) in [(0.0858, RejectReason.none), (0.0857, .costInR)] {
      let rig = rig([Strategies.flow(maxCostR: limit)])
      CalmMarket.trade(rig, 1, 0, "1000")
      #expect(rig.signals.map(\.reason) == [reason])
    }
  }

  @Test func pausedEntriesAreRejectedAndExitsGoOn() {
    let rig = rig([Strategies.flow("a"), Strategies.flow("b", threshold: 100)])
    CalmMarket.trade(rig, 1, 0, "1000")
    CalmMarket.trade(rig, 2, 200, "1000")
    // Both score 100: the flow of 24 h agrees.
    #expect(rig.signals.count == 2)
    rig.step(Records.command(.pauseEntries))
    #expect(rig.entriesPaused)
    CalmMarket.trade(rig, 3, 300, "980")
    #expect(rig.paper.filter { $0.kind == .closed }.count == 2)
    CalmMarket.trade(rig, 4, 600_000, "980")
    #expect(rig.signals[2...].map(\.reason) == [.entriesPaused, .entriesPaused])
    rig.step(Records.command(.resumeEntries))
    CalmMarket.trade(rig, 5, 1_200_000, "980")
    #expect(rig.signals[4...].map(\.reason) == [.none, .none])
  }

  @Test func warmUpCountsFromTheFirstTrade() {
    let rig = rig([Strategies.flow(warmUpMillis: 14_400_000)])
    let warm = CalmMarket.start + 14_400_000 - CalmMarket.ready
    CalmMarket.trade(rig, 1, warm - 1, "1000")
    #expect(rig.signals.isEmpty)
    CalmMarket.trade(rig, 2, warm, "1000")
    #expect(rig.signals.count == 1)
  }

  /// At a grid point the signal carries the point's time and the last trade's id; the passing trade may fill it.
  @Test func gridSignalsFillAtTheTradeThatPassesThem() {
    let rig = EngineRig(timing: .everyGridPoint)
    CalmMarket.feed(rig)
    CalmMarket.trade(rig, 1, 1_000, "1000")
    #expect(rig.signals.isEmpty)
    let g = (CalmMarket.ready + 1_000) / 15_000 * 15_000 + 15_000
    CalmMarket.trade(rig, 2, g - CalmMarket.ready + 200, "1000")
    #expect(rig.signals.map(\.evaluation.timeMillis) == [g])
    #expect(rig.signals.map(\.evaluation.aggId) == [29])
    #expect(rig.paper.map(\.kind) == [.entered])
  }
}
