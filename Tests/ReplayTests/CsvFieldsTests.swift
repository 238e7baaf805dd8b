import Testing

@testable import Replay

@Suite struct CsvFieldsTests {
  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func fixed(_ value: Double, _ places: Int32) -> String {
    text { CsvFields.fixed(value, places: places, to: &$0) }
  }

  @Test func fixedPlacesRoundTheExactBinaryValue() {
    #expect(fixed(1, 8) == "1.00000000")
    // 0.5, 1.5 and 2.5 are exact ties; 0.125 and 0.375 too.
    #expect(fixed(0.5, 0) == "0" && fixed(1.5, 0) == "2" && fixed(2.5, 0) == "2")
    #expect(fixed(0.125, 2) == "0.12" && fixed(0.375, 2) == "0.38" && fixed(-0.375, 2) == "-0.38")
    // 1.005 lies below the decimal it is written as.
    #expect(fixed(1.005, 2) == "1.00")
    #expect(fixed(12_345_678.123456789, 6) == "12345678.123457")
    #expect(fixed(1e22, 2) == "10000000000000000000000.00")
  }

  @Test func whatRoundsToZeroHasNoSign() {
    #expect(fixed(-0.0, 6) == "0.000000" && fixed(-1e-9, 8) == "0.00000000" && fixed(-1e-300, 6) == "0.000000")
    #expect(fixed(-0.00000051, 6) == "-0.000001")
  }

  @Test func absentValuesAreEmptyAndTheLargestFits() {
    #expect(fixed(.nan, 8) == "" && fixed(.infinity, 8) == "" && fixed(-.infinity, 8) == "")
    let largest = fixed(-.greatestFiniteMagnitude, 8)
    #expect(largest.hasPrefix("-17976931348623157") && largest.hasSuffix(".00000000") && largest.count == 1 + 309 + 9)
  }

  @Test(arguments: [
    (0, "0.0000"), (100, "100.0000"), (75.0001, "75.0001"), (74.9999, "74.9999"), (0.0001, "0.0001"),
    (59.4737, "59.4737"), (99.99, "99.9900"), (7.1, "7.1000"),
  ])
  func scoresHaveFourPlaces(value: Double, expected: String) {
    #expect(text { CsvFields.score(value, to: &$0) } == expected)
  }

  /// Every score there is: 0 to 100 in steps of 0.0001, against an integer.
  @Test func everyScorePrintsItself() {
    for units in stride(from: 0, through: 1_000_000, by: 7) {
      let fraction = String(units % 10_000)
      let expected = "\(units / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
      let found = text { CsvFields.score(Double(units) / 10_000, to: &$0) }
      if found != expected {
        Issue.record("\(expected) printed as \(found)")
        return
      }
    }
  }

  @Test func integersAndDirections() {
    #expect(text { CsvFields.integer(.min, to: &$0) } == "-9223372036854775808")
    #expect(text { CsvFields.integer(.max, to: &$0) } == "9223372036854775807")
    #expect(text { CsvFields.direction(1, to: &$0) } == "long")
    #expect(text { CsvFields.direction(-1, to: &$0) } == "short")
    #expect(text { CsvFields.direction(0, to: &$0) } == "")
  }
}
