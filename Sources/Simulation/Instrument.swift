/// A contract's wire facts: its names, its grids and its limits. Prices and quantities in 1e-8.
public struct Instrument: Equatable, Sendable {
  public var symbol: String
  /// `PERPETUAL`, or `TRADIFI_PERPETUAL` for shares and metals.
  public var contractType = "PERPETUAL"
  public var baseAsset: String
  public var quoteAsset: String
  public var tickE8: Int64
  public var lotE8: Int64
  public var minPriceE8: Int64
  public var maxPriceE8: Int64
  public var maxQuantityE8: Int64
  public var maxMarketQuantityE8: Int64
  public var minNotionalE8: Int64
  /// Decimals the venue prints a price with; not the tick's.
  public var pricePrecision: Int
  /// Decimals the venue prints a quantity with.
  public var quantityPrecision: Int
  /// Where a synthetic market starts.
  public var openingPriceE8: Int64

  /// An instrument around a price: `tickDigits` and `lotDigits` are decimals of tick and lot (0 is a whole unit).
  public init(
    symbol: String, price: Double, tickDigits: Int, lotDigits: Int, pricePrecision: Int? = nil,
    minNotional: Int64 = 5
  ) {
    self.symbol = symbol
    let quote = ["USDT", "USDC"].first { symbol.hasSuffix($0) } ?? ""
    quoteAsset = quote.isEmpty ? "USDT" : quote
    baseAsset = String(symbol.dropLast(quote.count))
    tickE8 = Decimal8.unit(digits: tickDigits)
    lotE8 = Decimal8.unit(digits: lotDigits)
    self.pricePrecision = pricePrecision ?? tickDigits
    quantityPrecision = lotDigits
    let ticks = (price * 1e8 / Double(tickE8)).rounded()
    openingPriceE8 = max(1, Int64(ticks)) * tickE8
    minPriceE8 = max(tickE8, openingPriceE8 / 150 / tickE8 * tickE8)
    maxPriceE8 = openingPriceE8 * 54
    // Twelve million USD at most in an order, a tenth of it at market: the scale of the venue's own limits.
    let limitUnits = max(1, Int64(12_000_000 * 1e16 / Double(openingPriceE8) / Double(lotE8)))
    maxQuantityE8 = Decimal8.oneDigit(limitUnits) * lotE8
    maxMarketQuantityE8 = max(lotE8, maxQuantityE8 / 8 / lotE8 * lotE8)
    minNotionalE8 = minNotional * Decimal8.one
  }
}

/// Arithmetic of integers of 1e-8.
enum Decimal8 {
  static let one: Int64 = 100_000_000

  /// 10 to the power of -digits.
  static func unit(digits: Int) -> Int64 {
    precondition((0...8).contains(digits), "a grid has 0 to 8 decimals")
    var unit = one
    for _ in 0..<digits { unit /= 10 }
    return unit
  }

  /// The value with all but its first digit zeroed.
  static func oneDigit(_ value: Int64) -> Int64 {
    var scale: Int64 = 1
    while value / scale >= 10 { scale *= 10 }
    return value / scale * scale
  }

  /// The decimals a value needs.
  static func digits(_ value: Int64) -> Int {
    guard value != 0 else { return 0 }
    var count = 8
    var rest = value
    while count > 0, rest % 10 == 0 {
      rest /= 10
      count -= 1
    }
    return count
  }

  /// The value of a plain decimal; nil with more than 8 decimals, beyond Int64, or with anything but digits.
  static func parse(_ text: some StringProtocol) -> Int64? {
    var value: Int64 = 0
    var decimals = -1
    var hasDigit = false
    var isNegative = false
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, carries) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        guard !overflows, !carries, decimals < 8 else { return nil }
        value = sum
        hasDigit = true
        if decimals >= 0 { decimals += 1 }
      case UInt8(ascii: ".") where decimals < 0: decimals = 0
      case UInt8(ascii: "-") where index == 0: isNegative = true
      default: return nil
      }
    }
    guard hasDigit else { return nil }
    for _ in max(0, decimals)..<8 {
      let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
      guard !overflows else { return nil }
      value = tenfold
    }
    return isNegative ? -value : value
  }
}
