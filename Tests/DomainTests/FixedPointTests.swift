import Domain
import Testing

@Suite struct FixedPointTests {
  @Test func textIsExactWithoutTrailingZeros() {
    let cases: [(Int128, String)] = [
      (0, "0"), (1, "0.00000001"), (-1, "-0.00000001"), (100_000_000, "1"), (-50_000_000, "-0.5"),
      (6_800_500_000_000, "68005"), (8_343_440_000_000, "83434.4"), (10, "0.0000001"),
      (Int128(Int64.max), "92233720368.54775807"), (Int128(Int64.min), "-92233720368.54775808"),
      (15_000_000_000_000_000_001, "150000000000.00000001"),
      (Int128.max, "1701411834604692317316873037158.84105727"),
      (Int128.min, "-1701411834604692317316873037158.84105728"),
    ]
    for (units, text) in cases { #expect(FixedPoint.text(units) == text) }
    #expect(FixedPoint.text(Int64(-123_456_789)) == "-1.23456789")
    #expect(FixedPoint.text(12_345, decimals: 4) == "1.2345")
    #expect(FixedPoint.text(12_345, decimals: 0) == "12345")
    #expect(FixedPoint.text(1, decimals: 16) == "0.0000000000000001")
  }

  @Test func appendKeepsWhatWasThere() {
    var bytes = Array("x,".utf8)
    FixedPoint.append(150_000_000, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "x,1.5")
  }

  private func ratio(_ numerator: Int128, _ denominator: Int128, _ decimals: Int = 8) -> String {
    var bytes: [UInt8] = []
    FixedPoint.appendRatio(numerator, over: denominator, decimals: decimals, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func ratiosAreRoundedHalfToEven() {
    #expect(ratio(1, 3) == "0.00000000")
    #expect(ratio(2, 3) == "0.00000001")
    #expect(ratio(1, 2) == "0.00000000")
    #expect(ratio(3, 2) == "0.00000002")
    #expect(ratio(5, 2) == "0.00000002")
    #expect(ratio(-3, 2) == "-0.00000002")
    #expect(ratio(200_000_000, 2) == "1.00000000")
    #expect(ratio(199_999_999, 2) == "1.00000000")
    #expect(ratio(12_345, 1, 2) == "123.45")
    #expect(ratio(Int128.max, Int128.max) == "0.00000001")
    #expect(ratio(Int128.max, 1) == "1701411834604692317316873037158.84105727")
    #expect(ratio(Int128.max - 1, Int128.max) == "0.00000001")
    // rest > denominator / 2 where twice the rest would leave 128 bits.
    #expect(ratio(Int128.max / 2 + 1, Int128.max) == "0.00000001")
    #expect(ratio(Int128.max / 2, Int128.max) == "0.00000000")
  }

  @Test func unitsOfPlainDecimals() {
    let cases: [(String, Int64?)] = [
      ("0", 0), ("1", 100_000_000), ("68005.00", 6_800_500_000_000), ("0.00000001", 1), ("-0.5", -50_000_000),
      (".5", 50_000_000), ("5.", 500_000_000), ("92233720368.54775807", .max), ("92233720368.54775808", nil),
      ("-92233720368.54775807", -Int64.max), ("0.000000001", nil), ("1.234567890", nil), ("", nil), (".", nil),
      ("-", nil), ("1e5", nil), ("+1", nil), ("1-", nil), (" 1", nil), ("1 ", nil), ("1.2.3", nil), ("NaN", nil),
      ("99999999999999999999", nil), ("184467440737.09551616", nil), ("1,5", nil), ("\u{FF11}", nil),
    ]
    for (text, units) in cases { #expect(FixedPoint.units(text) == units, "\(text)") }
  }

  @Test func textAndUnitsAreInverse() {
    var state: UInt64 = 9
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let units = Int64(bitPattern: state) >> Int64(state % 60)
      guard units != .min else { continue }
      #expect(FixedPoint.units(FixedPoint.text(units)) == units)
    }
  }

  @Test func doublesAreTheNearest() {
    #expect(FixedPoint.double(8_343_440_000_000) == 83434.4)
    #expect(FixedPoint.double(1) == 0.00000001)
    #expect(FixedPoint.double(-50_000_000) == -0.5)
  }
}
