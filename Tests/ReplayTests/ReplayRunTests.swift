import Foundation
import HotPath
import Settings
import Testing

@testable import Replay

@Suite struct ReplayRunTests {
  private let folder: TestFolder
  private let strategies: [String]

  init() throws {
    folder = try TestFolder()
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    strategies = ["v51_baseline.json", "v52_8signals.json"].map { package.path + "/strategies/" + $0 }
  }

  private func request(_ inputs: [TradeInput]) throws -> ReplayRequest {
    var request = ReplayRequest(
      inputs: inputs, strategies: try StrategyFile.loadAll(strategies, catalog: SignalCatalog.all))
    request.evaluationsPath = folder.file("evaluations.csv")
    request.signalsPath = folder.file("signals.csv")
    request.paperPath = folder.file("paper.csv")
    return request
  }

  /// Two symbols with a repeated id, an older one, a jump, a T that runs backwards and a quantity of 0.
  private func twoSymbols() throws -> [TradeInput] {
    let first = try folder.write(
      "a.csv",
      row(10, 60_001, quantity: "2") + row(10, 60_002) + row(9, 60_003) + row(11, 60_100, quantity: "0.5", maker: true)
        + row(14, 60_050) + row(15, 1, quantity: "0") + row(16, 90_001))
    let second = try folder.write("b.csv", header + row(1, 60_020, quantity: "3") + row(2, 75_000, maker: true))
    return [TradeInput(symbol: "BTCUSDT", paths: [first]), TradeInput(symbol: "ETHUSDT", paths: [second])]
  }

  @Test func theSummaryCountsWhatTheFilesHold() throws {
    let summary = try ReplayRun.run(try request(try twoSymbols()))
    // BTC: 10, 11, 14, 15 (quantity 0 counts), 16; ETH: 1, 2.
    #expect(summary.trades == 7 && summary.dropped == 2 && summary.gaps == 1 && summary.late == 1)
    // One for each trade, whatever the number of strategies; none for quantity 0.
    #expect(summary.evaluations == 6 && summary.signals == 0)
    #expect(summary.seconds > 0 && summary.tradesPerSecond > 0)
    #expect(folder.names == ["a.csv", "b.csv", "evaluations.csv", "paper.csv", "signals.csv"])
  }

  @Test func outputsThatAreOneFileOrAnInputAreRefused() throws {
    let inputs = try twoSymbols()
    var request = try request(inputs)
    request.paperPath = folder.file("./signals.csv")
    #expect(throws: ReplayError.self) { try ReplayRun.run(request) }
    request.paperPath = inputs[1].paths[0]
    #expect(throws: ReplayError.self) { try ReplayRun.run(request) }
    #expect(folder.names == ["a.csv", "b.csv"])
    #expect(try folder.text("b.csv").hasPrefix(header))
  }

  @Test func rowsAreWrittenAsSpecified() throws {
    _ = try ReplayRun.run(try request(try twoSymbols()))
    let lines = try folder.text("evaluations.csv").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 14 && lines.last == "")
    #expect(lines[0] + "\n" == EvaluationFile.header)
    // 2e8 units lie in the bucket (2e8 >> 19) << 19.
    let p99 = "1.99753728"
    let missing = "ls_ratio;oi;coinbase_premium"
    #expect(
      lines[1]
        == "60001,BTCUSDT,v51_baseline,10,100.5,2,2,2,100.50000000,100.50000000,100.50000000,,\(p99),\(p99),,long,50.0000,\(missing)"
    )
    #expect(lines[2].contains(",v52_8signals,10,") && lines[2].hasSuffix("\(missing);funding_rate"))
    #expect(lines[3].hasPrefix("60020,ETHUSDT,v51_baseline,1,100.5,3,"))
    #expect(lines[5].hasPrefix("60100,BTCUSDT,v51_baseline,11,100.5,1.5,1.5,1.5,"))
    // The backward T takes the largest so far.
    #expect(lines[7].hasPrefix("60100,BTCUSDT,v51_baseline,14,100.5,1.75,1.75,1.75,"))
    #expect(try folder.text("signals.csv") == SignalFile.header)
    #expect(try folder.text("paper.csv") == PaperFile.header)
  }

  private func score(_ line: Substring) -> String {
    String(line.split(separator: ",", omittingEmptySubsequences: false)[16])
  }

  @Test func theFirstScoreIsThatOfTheFlowAlone() throws {
    _ = try ReplayRun.run(try request(try twoSymbols()))
    let lines = try folder.text("evaluations.csv").split(separator: "\n")
    // cvd 40 of 40; p99 0.5 of 20 without large trades; the price is at the VWAP and there is no ATR.
    #expect(score(lines[1]) == "50.0000")
    // 36, and half of 16.
    #expect(score(lines[2]) == "44.0000")
  }

  @Test func theGridIsPassedByLaterTradesOnly() throws {
    var request = try request(try twoSymbols())
    request.timing = .everyGridPoint
    let summary = try ReplayRun.run(request)
    // BTC passes 75,000 and 90,000 with the trade at 90,001; ETH's trade at 75,000 belongs to 75,000, which nobody
    // passes.
    #expect(summary.evaluations == 2)
    let times = try folder.text("evaluations.csv").split(separator: "\n").dropFirst().map { $0.prefix(14) }
    #expect(times == ["75000,BTCUSDT,", "75000,BTCUSDT,", "90000,BTCUSDT,", "90000,BTCUSDT,"])
  }

  @Test func aFailureLeavesNoFile() throws {
    var text = ""
    for id in 1...30_000 as ClosedRange<Int64> { text += row(id, 1_600_000_000_000 + id * 100) }
    let path = try folder.write("t.csv", text + "broken\n")
    let request = try request([TradeInput(symbol: "S", paths: [path])])
    #expect(throws: ReplayError.self) { try ReplayRun.run(request) }
    #expect(folder.names == ["t.csv"])
  }

  /// All outputs are on the disk before the first gets its name.
  @Test func oneOutputThatCannotBeWrittenKeepsAllBack() throws {
    for choice in 0..<2 {
      var request = try request(try twoSymbols())
      if choice == 0 { request.signalsPath = "/dev/full" } else { request.paperPath = "/dev/full" }
      #expect(throws: ReplayError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
        try ReplayRun.run(request)
      }
      #expect(folder.names == ["a.csv", "b.csv"])
    }
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let inputs = try twoSymbols()
    _ = try ReplayRun.run(try request(inputs))
    let first = try folder.text("evaluations.csv")
    _ = try ReplayRun.run(try request(inputs))
    #expect(try folder.text("evaluations.csv") == first)
  }

  @Test func progressEndsWithEverything() throws {
    var seen: [(done: Int64, total: Int64)] = []
    _ = try ReplayRun.run(try request(try twoSymbols())) { done, total in
      seen.append((done, total))
      return true
    }
    let last = try #require(seen.last)
    #expect(last.done == last.total && last.total > 0)
  }

  @Test func aStoppedRunLeavesNothing() throws {
    #expect(throws: ReplayError.stopped) { try ReplayRun.run(try request(try twoSymbols())) { _, _ in false } }
    #expect(folder.names == ["a.csv", "b.csv"])
  }

  /// What is packed is told by the first bytes: by the name, the room for trades was sized for the packed bytes.
  @Test func aGzipFileOfAnyNameGivesTheSameRows() throws {
    let text = (1...20_000).map { row($0, 60_000 + $0 * 10) }.joined()
    let plain = try folder.write("a.csv", text)
    let packed = try folder.gzip("b.csv", text)
    var outputs: [String] = []
    for path in [plain, packed] {
      _ = try ReplayRun.run(try request([TradeInput(symbol: "BTCUSDT", paths: [path])]))
      outputs.append(try folder.text("evaluations.csv"))
    }
    #expect(outputs[0] == outputs[1])
  }

  /// A T years ahead would have every point of the grid passed up to it.
  @Test(arguments: [60_002 + 366 * 86_400_000, 99_999_999_999_998] as [Int64])
  func aJumpOfAYearIsABrokenRow(timeMillis: Int64) throws {
    let first = try folder.write("a.csv", row(1, 60_001) + row(2, 60_002) + row(3, timeMillis + 1))
    #expect(throws: ReplayError.self) {
      _ = try ReplayRun.run(try request([TradeInput(symbol: "BTCUSDT", paths: [first])]))
    }
    let second = try folder.write("b.csv", row(3, timeMillis + 1))
    let whole = try folder.write("c.csv", row(1, 60_001))
    #expect(throws: ReplayError.self) {
      _ = try ReplayRun.run(try request([TradeInput(symbol: "BTCUSDT", paths: [whole, second])]))
    }
    #expect(folder.names == ["a.csv", "b.csv", "c.csv"])
  }
}
