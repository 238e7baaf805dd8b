/// Exact decimals as integers of 1e-8, the only form in which prices and quantities are kept.
///
/// Sums of quantities need 128 bits: 1000PEPEUSDT alone trades 1.5e11 coins a day, 1.5e19 in units of 1e-8.
public enum FixedPoint {
  /// Units in one.
  @inlinable public static var unitsPerOne: Int64 { 100_000_000 }
  /// Digits after the point.
  @inlinable public static var decimals: Int { 8 }

  /// `units` of 10^-decimals as an exact decimal without trailing zeros: `-0.5`, `68005`, `0`.
  public static func text(_ units: Int128, decimals: Int = FixedPoint.decimals) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    append(units, decimals: decimals, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  public static func text(_ units: Int64) -> String { text(Int128(units)) }

  /// Appends what `text` gives to a byte buffer; writers of large files use it to reuse one buffer.
  public static func append(_ units: Int128, decimals: Int = FixedPoint.decimals, to bytes: inout [UInt8]) {
    if units < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, fraction) = split(units.magnitude, decimals: decimals)
    appendDigits(whole, minimumDigits: 1, to: &bytes)
    guard fraction != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    appendDigits(fraction, minimumDigits: decimals, to: &bytes)
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
  }

  /// The quotient rounded half to even, as fixed decimals with trailing zeros kept: how a VWAP is printed.
  ///
  /// `numerator / denominator` must already be in units of 10^-decimals. The division is exact, so the last digit is
  /// right where a double would be off by its rounding.
  public static func appendRatio(
    _ numerator: Int128, over denominator: Int128, decimals: Int = FixedPoint.decimals, to bytes: inout [UInt8]
  ) {
    precondition(denominator > 0, "a ratio needs a positive denominator")
    if numerator < 0 { bytes.append(UInt8(ascii: "-")) }
    let divisor = denominator.magnitude
    var (units, rest) = numerator.magnitude.quotientAndRemainder(dividingBy: divisor)
    let distance = divisor - rest
    if rest > distance || (rest == distance && units & 1 == 1) { units += 1 }
    (units, rest) = split(units, decimals: decimals)
    appendDigits(units, minimumDigits: 1, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    appendDigits(rest, minimumDigits: decimals, to: &bytes)
  }

  /// `text` as units of 1e-8; nil when it isn't a plain decimal, has more than 8 decimals or leaves Int64.
  ///
  /// For configuration and files. Frames are read by the hot path's own scanner.
  public static func units(_ text: some StringProtocol) -> Int64? {
    var magnitude: UInt64 = 0
    var decimalsSeen = 0
    var digits = 0
    var afterPoint = false
    var negative = false
    for (position, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where position == 0: negative = true
      case UInt8(ascii: ".") where !afterPoint: afterPoint = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if afterPoint { decimalsSeen += 1 }
        guard decimalsSeen <= decimals, let next = shifted(magnitude, byte) else { return nil }
        magnitude = next
        digits += 1
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    for _ in decimalsSeen..<decimals {
      guard let next = shifted(magnitude, UInt8(ascii: "0")) else { return nil }
      magnitude = next
    }
    guard magnitude <= UInt64(Int64.max) else { return nil }
    return negative ? -Int64(magnitude) : Int64(magnitude)
  }

  /// Units of 1e-8 as a double in whole units: the nearest double for magnitudes up to 2^53 units (9e7).
  @inlinable
  public static func double(_ units: Int64) -> Double { Double(units) / 1e8 }

  private static func shifted(_ magnitude: UInt64, _ digit: UInt8) -> UInt64? {
    let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
    return overflow || carry ? nil : sum
  }

  /// Whole part and fraction. Nearly every value fits 64 bits, where the division is an instruction and not a call.
  private static func split(_ magnitude: UInt128, decimals: Int) -> (whole: UInt128, fraction: UInt128) {
    if decimals == 0 { return (magnitude, 0) }
    if decimals == 8, let small = UInt64(exactly: magnitude) {
      let (whole, fraction) = small.quotientAndRemainder(dividingBy: 100_000_000)
      return (UInt128(whole), UInt128(fraction))
    }
    let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: powerOfTen(decimals))
    return (whole, fraction)
  }

  private static func powerOfTen(_ exponent: Int) -> UInt128 {
    var power: UInt128 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }

  /// A 128-bit integer has at most 39 digits.
  private static func appendDigits(_ value: UInt128, minimumDigits: Int, to bytes: inout [UInt8]) {
    var digits = InlineArray<40, UInt8>(repeating: UInt8(ascii: "0"))
    var first = 40
    var rest = value
    // Nearly every value fits 64 bits, where division is an instruction and not a call.
    while rest > UInt128(UInt64.max) {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(digit)
      rest = quotient
    }
    var small = UInt64(rest)
    while small != 0 {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: small % 10)
      small /= 10
    }
    first = min(first, 40 - minimumDigits)
    for index in first..<40 { bytes.append(digits[index]) }
  }
}
