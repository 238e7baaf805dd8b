import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Fields of the replay's files, appended to a byte buffer: exact decimals without trailing zeros, doubles with fixed
/// places, absent values empty.
enum CsvFields {
  static func text(_ value: some StringProtocol, to bytes: inout [UInt8]) { bytes.append(contentsOf: value.utf8) }

  static func integer(_ value: Int64, to bytes: inout [UInt8]) {
    FixedPoint.append(Int128(value), decimals: 0, to: &bytes)
  }

  static func comma(_ bytes: inout [UInt8]) { bytes.append(UInt8(ascii: ",")) }

  static func lineEnd(_ bytes: inout [UInt8]) { bytes.append(UInt8(ascii: "\n")) }

  /// `value` with `places` decimals, rounded half to even of its exact binary value; empty when it isn't finite.
  static func fixed(_ value: Double, places: Int32, to bytes: inout [UInt8]) {
    guard value.isFinite else { return }
    // 1.8e308 has 309 digits before the point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 340) { room in
      // SAFETY: vsnprintf writes at most the capacity and gives the length it needed.
      let count = withVaList([places, value]) { vsnprintf(room.baseAddress, room.count, "%.*f", $0) }
      let digits = room[..<Int(min(count, 339))]
      // What rounds to zero has no sign.
      let isZero = digits.allSatisfy { $0 == 0x2D || $0 == 0x2E || $0 == 0x30 }
      for digit in digits where !(isZero && digit == 0x2D) { bytes.append(UInt8(bitPattern: digit)) }
    }
  }

  /// A score, 0...100, which is already rounded to 4 decimals.
  static func score(_ value: Double, to bytes: inout [UInt8]) {
    precondition(value >= 0 && value <= 100, "signals are within 0...1 and weights sum to 100")
    let units = UInt64((value * 10_000).rounded())
    integer(Int64(units / 10_000), to: &bytes)
    bytes.append(UInt8(ascii: "."))
    for divisor in [UInt64(1000), 100, 10, 1] {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: units / divisor % 10))
    }
  }

  static func direction(_ value: Int8, to bytes: inout [UInt8]) {
    if let direction = Direction(rawValue: value) { text(direction.name, to: &bytes) }
  }
}
