/// Conversions of 128-bit sums that the hot path may call: the standard library's are generic, which the compiler's
/// lock check rejects in debug builds.
enum WideNumbers {
  /// The nearest double, ties to even.
  @_noAllocation @_noLocks
  static func double(_ value: Int128) -> Double {
    let small = Int64(truncatingIfNeeded: value)
    if Int128(small) == value { return Double(small) }
    let magnitude = value.magnitude
    // Keep the top 64 bits and one sticky bit: rounding those to 53 is rounding the whole.
    let shift = 64 &- UInt64(truncatingIfNeeded: magnitude >> 64).leadingZeroBitCount
    var top = UInt64(truncatingIfNeeded: magnitude >> UInt128(shift))
    if (UInt128(top) << UInt128(shift)) != magnitude { top |= 1 }
    let scaled = Double(top) * power(shift)
    return value < 0 ? -scaled : scaled
  }

  /// -1, 0 or +1.
  @_noAllocation @_noLocks
  static func sign(_ value: Int128) -> Int8 {
    if value > 0 { return 1 }
    return value < 0 ? -1 : 0
  }

  /// Exactly 2^exponent, 0...64.
  @_noAllocation @_noLocks
  private static func power(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(1023 &+ exponent) << 52)
  }
}
