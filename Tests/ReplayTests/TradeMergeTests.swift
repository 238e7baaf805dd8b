import CRecords
import Domain
import HotPath
import Testing

@testable import Replay

@Suite struct TradeMergeTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// What the merge gives, as `symbol id`.
  private func merged(_ inputs: [TradeInput], symbols: [String]? = nil) throws -> [String] {
    let table = SymbolTable(symbols ?? inputs.map(\.symbol))
    let merge = try TradeMerge(inputs, symbols: table)
    var order: [String] = []
    while true {
      let run = try merge.nextRun()
      if run.isEmpty { break }
      for record in run {
        #expect(record.kind == EventKind.trade.rawValue)
        order.append("\(table.names[Int(record.symbol)]) \(record.id)")
      }
    }
    #expect(merge.bytesConsumed == merge.totalBytes)
    return order
  }

  @Test func tiesInTimeGoBySymbolThenById() throws {
    let late = try folder.write("z.csv", row(1, 1_000) + row(2, 1_000) + row(3, 2_000))
    let early = try folder.write("a.csv", row(10, 1_000) + row(11, 1_500) + row(12, 2_000))
    let expected = ["AAA 10", "ZZZ 1", "ZZZ 2", "AAA 11", "AAA 12", "ZZZ 3"]
    // The order of the options gives indices, not the order of events.
    for inputs in [
      [TradeInput(symbol: "ZZZ", paths: [late]), TradeInput(symbol: "AAA", paths: [early])],
      [TradeInput(symbol: "AAA", paths: [early]), TradeInput(symbol: "ZZZ", paths: [late])],
    ] { #expect(try merged(inputs) == expected) }
  }

  @Test func aSymbolsFilesComeInTheOrderGiven() throws {
    let first = try folder.gzip("1.gz", row(5, 5_000) + row(6, 6_000))
    let second = try folder.write("2.csv", row(1, 1_000) + row(2, 5_500))
    let other = try folder.write("3.csv", header + row(7, 5_200))
    let inputs = [
      TradeInput(symbol: "BBB", paths: [first, second]), TradeInput(symbol: "CCC", paths: [other]),
    ]
    // Ids and times of the second file are older: the engine drops them; here nothing is sorted away.
    #expect(try merged(inputs) == ["BBB 5", "CCC 7", "BBB 6", "BBB 1", "BBB 2"])
  }

  @Test func timeThatRunsBackwardsWaitsForItsPredecessor() throws {
    let back = try folder.write("b.csv", row(1, 3_000) + row(2, 1_000) + row(3, 4_000))
    let steady = try folder.write("s.csv", row(1, 500) + row(2, 2_000) + row(3, 3_500))
    let inputs = [TradeInput(symbol: "BBB", paths: [back]), TradeInput(symbol: "SSS", paths: [steady])]
    #expect(try merged(inputs) == ["SSS 1", "SSS 2", "BBB 1", "BBB 2", "SSS 3", "BBB 3"])
  }

  @Test func emptyDaysInBetweenAreNothing() throws {
    let day = try folder.write("1.csv", row(1, 1_000))
    let quiet = try folder.write("2.csv", header)
    let next = try folder.write("3.csv", row(2, 2_000))
    #expect(try merged([TradeInput(symbol: "S", paths: [day, quiet, next])]) == ["S 1", "S 2"])
  }

  /// Before the work, not after an hour of it.
  @Test func aMissingLaterFileIsToldAtOnce() throws {
    let present = try folder.write("1.csv", row(1, 1_000))
    let missing = folder.file("2.csv")
    let input = TradeInput(symbol: "S", paths: [present, missing])
    #expect(throws: ReplayError.cannotOpen(path: missing, reason: "No such file or directory")) {
      _ = try TradeMerge([input], symbols: SymbolTable(["S"]))
    }
  }

  @Test func aBrokenRowNamesItsOwnFile() throws {
    let good = try folder.write("1.csv", row(1, 1_000))
    let bad = try folder.write("2.csv", row(2, 1_000) + "oops\n")
    do {
      _ = try merged([TradeInput(symbol: "S", paths: [good, bad])])
      Issue.record("no error")
    } catch let error as ReplayError {
      guard case .badRow(bad, 2, "oops", _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  /// Three symbols, more rows than are read ahead, times that tie and run backwards: the order is that of a sort by the
  /// largest T so far, the symbol and the place.
  @Test func theOrderIsThatOfASort() throws {
    var inputs: [TradeInput] = []
    var all: [(millis: Int64, symbol: String, place: Int)] = []
    for (number, symbol) in ["AAA", "BBB", "CCC"].enumerated() {
      var paths: [String] = []
      var place = 0
      var millis: Int64 = 1_000
      var largest: Int64 = 0
      for part in 0..<2 {
        var text = ""
        for index in 0..<900 {
          let step = (index &* 7_919 &+ part &* 31 &+ number &* 104_729) % 11
          millis += Int64(step) - 3 + (index % 300 == 299 ? 5_000 : 0)
          place += 1
          largest = max(largest, millis)
          all.append((largest, symbol, place))
          text += row(Int64(place), millis)
        }
        paths.append(try folder.write("\(symbol)-\(part).csv", text))
      }
      inputs.append(TradeInput(symbol: symbol, paths: paths))
    }
    let expected = all.sorted { ($0.millis, $0.symbol, $0.place) < ($1.millis, $1.symbol, $1.place) }
    let order = try merged(inputs)
    #expect(order == expected.map { "\($0.symbol) \($0.place)" })
    #expect(zip(order, order.dropFirst()).contains { $0.prefix(3) != $1.prefix(3) }, "symbols take turns")
  }
}
