/// Conversions of 128-bit sums that the hot path may call: the standard library's are generic, which the compiler's
/// lock check rejects in debug builds.
enum WideNumbers {
  /// The nearest double, ties to even.
  @_noAllocation @_noLocks
  @inline(__always)
  static func double(_ value: Int128) -> Double {
    let small = Int64(truncatingIfNeeded: value)
    if Int128(small) == value { return Double(small) }
    let high = Int64(truncatingIfNeeded: value >> 63)
    // From 2^64 on the last place of a double is 2^12 or more, so of the low 63 bits the lowest eleven only say on which
    // side of a tie the value lies, which one bit can say; and up to 2^115 both halves are then exact doubles.
    if high >= 2 || high < -2 {
      if high < 1 << 52, high >= -1 << 52 {
        var low = small & .max
        low = low & ~0x7FF | (low & 0x7FF == 0 ? 0 : 0x400)
        return Double(low).addingProduct(Double(high), 0x1p63)
      }
    }
    return slowDouble(value)
  }

  @_noAllocation @_noLocks
  @inline(never)
  private static func slowDouble(_ value: Int128) -> Double {
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
  @inline(__always)
  static func sign(_ value: Int128) -> Int8 { (value > 0 ? 1 : 0) &- (value < 0 ? 1 : 0) }

  /// Exactly 2^exponent, 0...64.
  @_noAllocation @_noLocks
  private static func power(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(1023 &+ exponent) << 52)
  }
}
