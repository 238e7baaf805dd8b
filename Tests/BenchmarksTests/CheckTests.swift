import BenchMarket
import CBaselines
import CRecords
import Domain
import HotPath
import Settings
import Testing

@testable import hot_bench

@Suite("What is compared before it is timed")
struct CheckTests {
  @Test(arguments: FrameForm.allCases)
  func bothParsersMakeTheSameOfEveryFrameAndEveryMutation(form: FrameForm) throws {
    let trades = SeededMarket(seed: 11, trades: 2_000).trades
    let frames = FrameArena(trades, form: form, names: ["BTCUSDT"])
    let check = FrameCheck(
      row: "parse", table: SymbolTable(["BTCUSDT"]), scanner: BaselineScanner(["BTCUSDT"]), parser: .scanner)
    try check.compare(frames, with: trades)
    try check.compareHostile(frames)
  }

  @Test func aDifferenceInOneBitOfARecordIsFound() {
    var trades = SeededMarket(seed: 11, trades: 500).trades
    let frames = FrameArena(trades, form: .raw, names: ["BTCUSDT"])
    let check = FrameCheck(
      row: "parse", table: SymbolTable(["BTCUSDT"]), scanner: BaselineScanner(["BTCUSDT"]), parser: .scanner)
    trades[499].quantity_e8 ^= 1
    #expect(throws: Mismatch.self) { try check.compare(frames, with: trades) }
  }

  @Test func otherSymbolsMakeOtherOutcomes() {
    let trades = SeededMarket(seed: 11, trades: 10).trades
    let frames = FrameArena(trades, form: .combined, names: ["BTCUSDT"])
    let check = FrameCheck(
      row: "parse", table: SymbolTable(["BTCUSDT"]), scanner: BaselineScanner(["ETHUSDT"]), parser: .scanner)
    #expect(throws: Mismatch.self) { try check.compare(frames, with: trades) }
  }

  @Test func bothEnginesAgreeTradeByTradeAndATradeTooManyIsFound() throws {
    let source = try BenchSource(seed: 4, isQuick: true, recording: nil, strategies: [Self.strategy])
    let market = SeededMarket(seed: 4, trades: 40_000)
    let pair = EnginePair(source, symbols: ["BTCUSDT"], trades: 60_000, everyTrade: true, holdsGaps: false)
    pair.give(indicators: market.indicators())
    var signals = 0
    for (index, trade) in market.trades.enumerated() {
      pair.step(trade, now: trade.time_ms)
      signals += try pair.compareSignals("decision", at: index)
      if index % 997 == 0 {
        let before = pair.ours.pointee.counters.evaluations
        try pair.compare("decision", at: index)
        try #require(pair.ours.pointee.counters.evaluations == before + 1)
      }
    }
    try pair.compareCounters("decision")
    #expect(signals > 0)
    var extra = market.trades[39_999]
    extra.id += 1
    apus_baseline_step(pair.theirs[0].handle, &extra, extra.time_ms)
    #expect(throws: Mismatch.self) { try pair.compare("decision", at: 40_000) }
  }

  /// All nine signals, and a threshold that the seeded market crosses.
  private static var strategy: StrategyConfig {
    let constants: [String: (Double, [Double])] = [
      "cvd": (36, [0.6, 0.4]), "accel": (4, []), "p99": (16, [0.5, 0.5]), "atr_vwap": (14, [0.5, 0.3, 2, 0.2, 0.0005]),
      "ls_ratio": (8, [1, 2, 900]), "oi": (7, [0.01, 30, 45, 900]), "coinbase_premium": (5, [0.0005, 900]),
      "funding_rate": (5, [0.0005, 900]), "liquidation": (5, [30, 100_000]),
    ]
    return StrategyConfig(
      name: "all_nine", version: "1", threshold: 60, stopLossAtr: 2.1, takeProfit1Atr: 1.4, takeProfit2Atr: 3.15,
      cooldownMillis: 600_000, warmUpMillis: 14_400_000, holdCloseMillis: 4_200_000, maxCostR: nil,
      signals: SignalCatalog.all.map { signal in
        let (weight, parameters) = constants[signal.name] ?? (0, [])
        return SignalConfig(name: signal.name, weight: weight, parameters: parameters)
      })
  }
}
