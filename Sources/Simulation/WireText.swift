/// Bytes of JSON or CSV under construction, written into a buffer that is reused.
///
/// `String` interpolation was measured to cost microseconds a number; at 50,000 trades a second the venue would do
/// nothing else.
public struct WireText: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init(capacity: Int = 512) {
    bytes.reserveCapacity(capacity)
  }

  public var string: String { String(decoding: bytes, as: UTF8.self) }

  public mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
  }

  public mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }

  public mutating func raw(_ other: [UInt8]) {
    bytes.append(contentsOf: other)
  }

  public mutating func text(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// A JSON string, quoted and escaped; UTF-8 stays as it is.
  public mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        raw("\\u00")
        bytes.append(Self.hexDigit(byte >> 4))
        bytes.append(Self.hexDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  public mutating func byte(_ byte: UInt8) {
    bytes.append(byte)
  }

  public mutating func bool(_ value: Bool) {
    if value { raw("true") } else { raw("false") }
  }

  public mutating func integer(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(value.magnitude, atLeast: 1)
  }

  /// What stands before a number, and the number in units of 1e-8 with `digits` decimals.
  mutating func number(_ before: StaticString, _ valueE8: Int64, _ digits: Int) {
    raw(before)
    fixed(valueE8, digits: digits)
  }

  /// A value in 1e-8 with exactly `digits` decimals; what lies below is cut off.
  public mutating func fixed(_ valueE8: Int64, digits count: Int) {
    let cut = UInt64(Decimal8.unit(digits: count))
    let magnitude = valueE8.magnitude / cut
    if valueE8 < 0, magnitude != 0 { bytes.append(UInt8(ascii: "-")) }
    let scale = UInt64(Decimal8.one) / cut
    digits(magnitude / scale, atLeast: 1)
    guard count > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    digits(magnitude % scale, atLeast: count)
  }

  /// A sum in 10^-`scale` with exactly `digits` decimals, cut off below.
  public mutating func fixed(_ value: Int128, scale: Int, digits count: Int) {
    var magnitude = value.magnitude
    if scale > count {
      for _ in count..<scale { magnitude /= 10 }
    } else {
      for _ in scale..<count { magnitude *= 10 }
    }
    var unit: UInt128 = 1
    for _ in 0..<count { unit *= 10 }
    if value < 0, magnitude != 0 { bytes.append(UInt8(ascii: "-")) }
    text(String(magnitude / unit))
    guard count > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    let fraction = String(magnitude % unit)
    for _ in fraction.utf8.count..<count { bytes.append(UInt8(ascii: "0")) }
    text(fraction)
  }

  /// A value in 1e-8 without trailing zeros, as the archive prints it.
  public mutating func shortest(_ valueE8: Int64) {
    var count = 8
    var rest = valueE8.magnitude
    while count > 0, rest % 10 == 0 {
      rest /= 10
      count -= 1
    }
    fixed(valueE8, digits: count)
  }

  private mutating func digits(_ value: UInt64, atLeast count: Int) {
    let start = bytes.count
    var rest = value
    while rest != 0 || bytes.count - start < count {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    var left = start
    var right = bytes.count - 1
    while left < right {
      bytes.swapAt(left, right)
      left += 1
      right -= 1
    }
  }
}
