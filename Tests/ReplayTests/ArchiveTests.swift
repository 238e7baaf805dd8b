import Domain
import Foundation
import HotPath
import Settings
import Testing

@testable import Replay

/// Files as data.binance.vision has them, odd ones among them: what is found, and what a merge makes of them.
@Suite struct ArchiveTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test func aCleanDayHasNothingOdd() throws {
    let rows = (1...2_000).map { row(Int64($0), 1_600_000_000_000 + Int64($0)) }.joined()
    for path in [try folder.write("t.csv", header + rows), try folder.zip("t.zip", [("t.csv", header + rows)])] {
      let facts = try ArchiveCheck.facts(of: path)
      var expected = ArchiveFacts(rows: 2_000, headers: 1)
      expected.ids = 1...2_000
      expected.timesMillis = 1_600_000_000_001...1_600_000_002_000
      #expect(facts == expected)
    }
    #expect(try ArchiveCheck.facts(of: try folder.write("old.csv", rows)).headers == 0)
  }

  @Test func aDayWithoutTradesIsFine() throws {
    #expect(try ArchiveCheck.facts(of: try folder.write("t.csv", header)) == ArchiveFacts(headers: 1))
    #expect(throws: ReplayError.noTrades(path: folder.file("e.csv"))) {
      try ArchiveCheck.facts(of: try folder.write("e.csv", ""))
    }
  }

  @Test func whatIsOddIsCounted() throws {
    // In order: a hole of two, a repetition, a contradiction, a quantity of zero.
    let rows = [
      row(1, 1_000), row(4, 1_001), row(4, 1_001), row(4, 1_001, price: "7"), row(5, 1_002, quantity: "0"),
    ]
    let facts = try ArchiveCheck.facts(of: try folder.write("t.csv", rows.joined()))
    #expect(facts.gaps == 1 && facts.missingIds == 2 && facts.unsorted == 0)
    #expect(facts.duplicates == 1 && facts.contradictions == 1 && facts.zeroQuantities == 1)
    // The same rows out of order, where the contradiction is read first: the counts depend on ids alone.
    let shuffled = [rows[4], rows[3], rows[0], rows[1], rows[2]]
    let other = try ArchiveCheck.facts(of: try folder.write("u.csv", shuffled.joined()))
    #expect(other.unsorted == 4 && other.gaps == 1 && other.missingIds == 2)
    #expect(other.duplicates == 0 && other.contradictions == 2 && other.ids == 1...5)
  }

  @Test func aMergeIsByIdAndKeepsTheFirst() throws {
    let first = try folder.write("a.csv", row(3, 1_003) + row(1, 1_001) + row(2, 1_002, maker: true))
    let second = try folder.zip(
      "b.zip", [("b.csv", header + row(2, 1_002, price: "9", maker: true) + row(3, 1_003) + row(6, 1_006))])
    let summary = try ArchiveMerge.run([first, second], output: folder.file("out.csv"))
    #expect(
      try folder.text("out.csv") == header + row(1, 1_001) + row(2, 1_002, maker: true) + row(3, 1_003) + row(6, 1_006))
    let expected = MergeSummary(
      rowsRead: 6, rowsWritten: 4, duplicates: 1, contradictions: 1, unsorted: 3, gaps: 1, missingIds: 2)
    #expect(summary == expected)
    #expect(try ArchiveMerge.run([second, first], output: folder.file("out.csv")).contradictions == 1)
    #expect(try folder.text("out.csv").contains(",9,"))
    #expect(folder.names == ["a.csv", "b.zip", "out.csv"])
  }

  /// More rows than a block of memory and than a block of the archive.
  @Test func aLargeUnsortedFileIsSortedAndPacked() throws {
    let ids = (0..<70_000).map { Int64($0 * 7_919 % 70_000) }
    let input = try folder.write("t.csv", ids.map { row($0 + 1, 1_000 + $0) }.joined())
    let summary = try ArchiveMerge.run([input], output: folder.file("out.csv.gz"))
    #expect(summary.rowsWritten == 70_000 && summary.unsorted > 0 && summary.gaps == 0)
    #expect(Array(try folder.bytes("out.csv.gz").prefix(2)) == [0x1F, 0x8B])
    let facts = try ArchiveCheck.facts(of: folder.file("out.csv.gz"))
    #expect(facts.rows == 70_000 && facts.unsorted == 0 && facts.duplicates == 0 && facts.headers == 1)
    let again = try ArchiveMerge.run([folder.file("out.csv.gz")], output: folder.file("again.csv.gz"))
    #expect(again.unsorted == 0)
    #expect(try folder.bytes("again.csv.gz") == folder.bytes("out.csv.gz"))
  }

  @Test func aMergedFileReplaysAsTheCleanOne() throws {
    let rows = (1...3_000).map { index in
      row(Int64(index), 1_600_000_000_000 + Int64(index) * 900, price: "\(100 + index % 37).5", maker: index % 3 == 0)
    }
    let clean = try folder.write("clean.csv", header + rows.joined())
    let odd = rows[1_000...].joined() + rows[..<1_500].joined()
    let merged = folder.file("merged.csv.gz")
    _ = try ArchiveMerge.run([try folder.zip("odd.zip", [("odd.csv", odd)])], output: merged)
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let strategy = package.deletingLastPathComponent().path + "/strategies/v52_8signals.json"
    func evaluations(_ path: String, _ name: String) throws -> [UInt8] {
      let strategies = try StrategyFile.loadAll([strategy], catalog: SignalCatalog.all)
      var request = ReplayRequest(
        inputs: [TradeInput(symbol: "BTCUSDT", paths: [path])], strategies: strategies)
      request.evaluationsPath = folder.file(name)
      _ = try ReplayRun.run(request)
      return try folder.bytes(name)
    }
    let expected = try evaluations(clean, "clean-e.csv")
    #expect(expected.count > 100_000)
    #expect(try evaluations(merged, "merged-e.csv") == expected)
  }

  @Test func nothingIsWrittenFromABrokenFile() throws {
    let good = try folder.write("a.csv", row(1, 1_000))
    let broken = try folder.write("b.csv", row(2, 1_001) + "oops\n")
    #expect(throws: ReplayError.self) { try ArchiveMerge.run([good, broken], output: folder.file("out.csv")) }
    #expect(throws: ReplayError.self) { try ArchiveMerge.run([good], output: good) }
    #expect(throws: ReplayError.stopped) {
      try ArchiveMerge.run([good], output: folder.file("out.csv")) { _ in false }
    }
    let late = try folder.write("c.csv", row(2, 1_000 + 400 * 86_400_000))
    #expect(throws: ReplayError.self) { try ArchiveMerge.run([good, late], output: folder.file("out.csv.gz")) }
    #expect(throws: ReplayError.self) { try ArchiveMerge.run([good], output: "/dev/full") }
    #expect(folder.names == ["a.csv", "b.csv", "c.csv"])
  }
}
