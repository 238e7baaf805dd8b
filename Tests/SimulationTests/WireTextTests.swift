import Testing

@testable import Simulation

@Suite struct WireTextTests {
  static func text(_ body: (inout WireText) -> Void) -> String {
    var out = WireText()
    body(&out)
    return out.string
  }

  @Test func decimals() {
    #expect(Self.text { $0.fixed(8_343_440_000_000, digits: 2) } == "83434.40")
    #expect(Self.text { $0.fixed(-4_435, digits: 8) } == "-0.00004435")
    #expect(Self.text { $0.fixed(-1, digits: 2) } == "0.00")
    #expect(Self.text { $0.fixed(300_000_000, digits: 0) } == "3")
    #expect(Self.text { $0.fixed(Int64.max, digits: 8) } == "92233720368.54775807")
    #expect(Self.text { $0.fixed(Int128(5) * 10_000_000_000_000_000, scale: 16, digits: 5) } == "5.00000")
    #expect(Self.text { $0.fixed(-Int128(12_345), scale: 4, digits: 6) } == "-1.234500")
    #expect(Self.text { $0.shortest(452_976_400_000_000) } == "4529764")
    #expect(Self.text { $0.shortest(100_000) } == "0.001")
    #expect(Self.text { $0.integer(.min) } == "-9223372036854775808")
  }

  @Test func stringsAreEscapedAndUTF8Kept() {
    #expect(Self.text { $0.quoted("a\"b\\c\n币安") } == #""a\"b\\c\u000a币安""#)
  }

  @Test(arguments: [
    ("1", 100_000_000 as Int64?), ("0.00000001", 1), ("-2.5", -250_000_000), ("92233720368.54775807", .max),
    ("0.000000001", nil), ("92233720368.54775808", nil), ("1e5", nil), ("", nil), (".", nil), ("1.2.3", nil),
  ])
  func parsing(text: String, value: Int64?) {
    #expect(Decimal8.parse(text) == value)
  }

  @Test func tapeFindsByIDAndTimeAcrossChunksAndEvictions() {
    var tape = TradeTape(maxCount: 10_000)
    for id in 0..<Int64(20_000) {
      tape.append(
        AggTrade(
          id: id * 2, priceE8: 1, quantityE8: 1, normalQuantityE8: 1, firstID: id, span: 0, timeMillis: id / 3,
          buyerIsMaker: false))
    }
    #expect(tape.count <= 14_096 && tape.count >= 8_192)
    #expect(tape.last?.id == 39_998)
    #expect(tape[tape.position(ofID: 39_001)].id == 39_002)
    #expect(tape[tape.position(ofTime: 6_000)].timeMillis == 6_000)
    #expect(tape.position(ofID: 40_000) == tape.count)
    tape.evict(before: 6_500)
    #expect(tape.first.map { $0.timeMillis >= 5_000 } ?? false)
  }

  @Test func indicatorsAreInOrderOfTimeAndCoverTheHours() throws {
    let instruments = ["BTCUSDT", "ETHUSDT"].map { InstrumentCatalog.instrument($0) }
    let start: Int64 = 1_791_391_082_000
    var out = WireText()
    IndicatorScript(seed: 1, startMillis: start, instruments: instruments, directions: [1, -1])
      .write(lastPricesE8: instruments.map(\.openingPriceE8), into: &out)
    let lines = out.string.split(separator: "\n").map(String.init)
    let times = lines.compactMap { $0.firstMatch(of: /"time_ms":(\d+)/).flatMap { Int64($0.1) } }
    #expect(times.count == lines.count)
    #expect(times == times.sorted())
    #expect(times[0] <= start - 2 * 3_600_000)
    #expect(try #require(times.last) > start + 3_500_000)
    for kind in [
      "long_short_ratio", "open_interest_hist", "funding_rate", "coinbase_premium", "top_trader_position",
      "liquidation",
    ] { #expect(lines.contains { $0.contains("\"type\":\"\(kind)\"") }) }
    #expect(lines.filter { $0.contains("BTCUSDT\",\"type\":\"coinbase_premium") }.allSatisfy { !$0.contains(":-") })
    #expect(lines.filter { $0.contains("ETHUSDT\",\"type\":\"coinbase_premium") }.allSatisfy { $0.contains(":-") })
  }
}
