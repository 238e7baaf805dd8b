/// Numbers out of bytes, exact, without a float in between. Shared by frames and CSV rows.
enum DecimalScan {
  /// Reads digits at `index` as an unsigned integer and moves past them; false when there is none or Int64 is left.
  @_noAllocation @_noLocks
  @inline(__always)
  static func integer(_ text: Span<UInt8>, _ index: inout Int, _ value: inout Int64) -> Bool {
    let start = index
    var sum: UInt64 = 0
    while index < text.count {
      let digit = text[index] &- 0x30
      if digit > 9 { break }
      // 18 digits cannot overflow; the 19th may leave Int64, a 20th always does.
      if index &- start >= 18 {
        let (product, tooLarge) = sum.multipliedReportingOverflow(by: 10)
        let (next, carry) = product.addingReportingOverflow(UInt64(digit))
        if tooLarge || carry || next > UInt64(Int64.max) { return false }
        sum = next
      } else {
        sum = sum &* 10 &+ UInt64(digit)
      }
      index &+= 1
    }
    value = Int64(bitPattern: sum)
    return index > start
  }

  /// Reads a plain decimal such as `68005.00` into units of 1e-8.
  ///
  /// False for anything else: a sign, an exponent, `NaN`, a point without digits on both sides, more than eight
  /// decimals, or a value beyond Int64. The venue writes prices and quantities only this way.
  @_noAllocation @_noLocks
  @inline(__always)
  static func units(_ text: Span<UInt8>, _ index: inout Int, _ value: inout Int64) -> Bool {
    var whole: Int64 = 0
    if !integer(text, &index, &whole) { return false }
    var fraction: Int64 = 0
    var missingDecimals = 8
    if text.byte(at: index) == UInt8(ascii: ".") {
      index &+= 1
      let start = index
      if !integer(text, &index, &fraction) { return false }
      missingDecimals = 8 &- (index &- start)
      if missingDecimals < 0 { return false }
    }
    while missingDecimals > 0 {
      fraction = fraction &* 10
      missingDecimals &-= 1
    }
    let (scaled, tooLarge) = whole.multipliedReportingOverflow(by: 100_000_000)
    let (sum, carry) = scaled.addingReportingOverflow(fraction)
    value = sum
    return !tooLarge && !carry
  }
}
