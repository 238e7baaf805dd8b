import Domain
import Foundation
import Testing

@testable import Settings

private func read(_ text: String, symbols: Set<String>? = nil) throws -> (lines: [IndicatorLine], file: IndicatorFile) {
  var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8)[...] }[...]
  return try IndicatorFile.load(name: "i.jsonl", symbols: symbols) { lines.popFirst() }
}

private func problem(_ text: String) -> String {
  do {
    _ = try read(text)
    return "none"
  } catch {
    return "\(error)"
  }
}

struct IndicatorFileTests {
  @Test func readsIndicatorsAndLiquidations() throws {
    let (lines, file) = try read(
      """
      {"time_ms":1700000000000,"symbol":"BTCUSDT","type":"long_short_ratio","value":1.85}
      {"time_ms":"1700000000001","known_ms":1700000060000,"symbol":"BTCUSDT","type":"funding_rate","value":"-1.5e-4"}

      {"time_ms":1.7e12,"symbol":"BTCUSDT","type":"liquidation","side":"SELL","price":"6.5e4","qty":0.00100000,"x":[{"a":[1]}]}
      {"time_ms":1700000000000,"symbol":"BTCUSDT","type":"liquidation","side":"BUY","price":65000.1,"qty":"12"}
      """)
    #expect(
      lines == [
        IndicatorLine(
          knownMillis: 1_700_000_000_000, timeMillis: 1_700_000_000_000, symbol: "BTCUSDT",
          kind: .indicator(.longShortRatio, 1.85), order: 0),
        IndicatorLine(
          knownMillis: 1_700_000_060_000, timeMillis: 1_700_000_000_001, symbol: "BTCUSDT",
          kind: .indicator(.fundingRate, -0.00015), order: 1),
        IndicatorLine(
          knownMillis: 1_700_000_000_000, timeMillis: 1_700_000_000_000, symbol: "BTCUSDT",
          kind: .liquidation(sell: true, priceE8: 6_500_000_000_000, quantityE8: 100_000), order: 3),
        IndicatorLine(
          knownMillis: 1_700_000_000_000, timeMillis: 1_700_000_000_000, symbol: "BTCUSDT",
          kind: .liquidation(sell: false, priceE8: 6_500_010_000_000, quantityE8: 1_200_000_000), order: 4),
      ])
    #expect(file.lines == 5)
  }

  @Test func skipsAndCountsWhatIsNotForUs() throws {
    let (lines, file) = try read(
      """
      {"time_ms":1,"symbol":"ETHUSDT","type":"funding_rate","value":1}
      {"time_ms":2,"symbol":"BTCUSDT","type":"moon_phase"}
      {"time_ms":3,"symbol":"BTCUSDT","type":"open_interest_hist","value":5}
      """, symbols: ["BTCUSDT"])
    #expect(lines.map(\.timeMillis) == [3])
    #expect(file.ignoredSymbols == 1 && file.ignoredTypes == 1)
  }

  @Test(arguments: [
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"funding_rate\"}", "no value"),
    ("{\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":1}", "no time_ms"),
    ("{\"time_ms\":1.5,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":1}", "whole milliseconds"),
    ("{\"time_ms\":1700000000000000,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":1}", "microseconds"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":true}", "value is no number"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":\"NaN\"}", "value is no number"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":1e999}", "no finite number"),
    ("{\"time_ms\":1,\"symbol\":5,\"type\":\"funding_rate\",\"value\":1}", "symbol is no string"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"liquidation\",\"side\":\"X\",\"price\":1,\"qty\":1}", "BUY or SELL"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"liquidation\",\"side\":\"BUY\",\"price\":1}", "no qty"),
    (
      "{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"liquidation\",\"side\":\"BUY\",\"price\":1e-9,\"qty\":1}",
      "price is no decimal"
    ),
    (
      "{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"liquidation\",\"side\":\"BUY\",\"price\":1e12,\"qty\":1}",
      "price is no decimal"
    ),
    ("{\"time_ms\":1,", "expected"),
    ("time_ms,symbol", "expected `{`"),
    ("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"x\"} {}", "more text"),
  ])
  func aBrokenLineIsToldWithItsNumber(line: String, expected: String) {
    let found = problem("{\"time_ms\":1,\"symbol\":\"A\",\"type\":\"funding_rate\",\"value\":1}\n" + line)
    #expect(found.hasPrefix("i.jsonl:2: \(line.prefix(20))"), "\(found)")
    #expect(found.contains(expected), "\(found)")
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 100_000_000), ("-0.00000001", -1), ("1.5e2", 15_000_000_000), ("15E-1", 150_000_000),
      ("0e99999999999999999999", 0), ("1.50000000000", 150_000_000), ("92233720368.54775807", Int64.max),
      ("92233720369", nil),
      ("1e-9", nil), ("1e99999999999999999999", nil),
    ] as [(String, Int64?)])
  func decimalsAreExact(text: String, expected: Int64?) {
    #expect(IndicatorFields.scaled(Array(text.utf8)[...], decimals: 8) == expected)
  }

  @Test func readsAFileWithoutAFinalNewline() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let line = "{\"time_ms\":7,\"symbol\":\"A\",\"type\":\"coinbase_premium\",\"value\":0.001}"
    try (line + "\r\n" + line).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try IndicatorFile.load(path).lines.map(\.order) == [0, 1])
    #expect(throws: SettingsError.self) { try IndicatorFile.load(path + ".missing") }
  }
}
