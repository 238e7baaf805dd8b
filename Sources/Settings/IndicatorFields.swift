import Domain

/// The members of one indicator line, as written; each is converted only when the line's type says that it counts.
struct IndicatorFields {
  enum Field {
    case number(ArraySlice<UInt8>)
    case string(String)
    case null
    case other
  }

  var time: Field?
  var known: Field?
  var symbol: Field?
  var type: Field?
  var value: Field?
  var side: Field?
  var price: Field?
  var quantity: Field?

  /// Reads an object; members with other names are skipped, whatever they hold.
  init(_ cursor: inout JsonCursor) throws(JsonCursor.Failure) {
    try cursor.expect(UInt8(ascii: "{"))
    if !cursor.take(UInt8(ascii: "}")) {
      repeat {
        let key = try cursor.string()
        try cursor.expect(UInt8(ascii: ":"))
        set(key, try Self.field(&cursor, depth: 0))
      } while cursor.take(UInt8(ascii: ","))
      try cursor.expect(UInt8(ascii: "}"))
    }
    if cursor.peek() != nil { throw cursor.failure("more text after the object") }
  }

  func liquidation() throws(JsonCursor.Failure) -> IndicatorLine.Kind {
    let sell: Bool
    switch try Self.string(side, "side") {
    case "BUY": sell = false
    case "SELL": sell = true
    default: throw Self.failure("side must be BUY or SELL")
    }
    return .liquidation(
      sell: sell, priceE8: try Self.units(price, "price"), quantityE8: try Self.units(quantity, "qty"))
  }

  // MARK: values

  static func string(_ field: Field?, _ key: String) throws(JsonCursor.Failure) -> String {
    guard case .string(let text)? = field else { throw failure(field == nil ? "no \(key)" : "\(key) is no string") }
    return text
  }

  /// Milliseconds since the epoch; microseconds are a classic mistake and an error.
  static func millis(_ field: Field?, _ key: String) throws(JsonCursor.Failure) -> Int64 {
    guard let units = try decimal(field, key, decimals: 0), units >= 0 else {
      throw failure("\(key) is no time in whole milliseconds")
    }
    guard units <= 100_000_000_000_000 else { throw failure("\(key) looks like microseconds, not milliseconds") }
    return units
  }

  static func double(_ field: Field?, _ key: String) throws(JsonCursor.Failure) -> Double {
    let bytes = try numberBytes(field, key)
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else {
      throw failure("\(key) is no finite number")
    }
    return value
  }

  /// Units of 1e-8, exact: a value that needs more decimals or leaves Int64 is an error, never rounded.
  static func units(_ field: Field?, _ key: String) throws(JsonCursor.Failure) -> Int64 {
    guard let units = try decimal(field, key, decimals: FixedPoint.decimals), units >= 0 else {
      throw failure("\(key) is no decimal of at most 8 places in range")
    }
    return units
  }

  private static func decimal(_ field: Field?, _ key: String, decimals: Int) throws(JsonCursor.Failure) -> Int64? {
    scaled(try numberBytes(field, key), decimals: decimals)
  }

  /// A number as JSON spells it, or a string that holds just one.
  private static func numberBytes(_ field: Field?, _ key: String) throws(JsonCursor.Failure) -> ArraySlice<UInt8> {
    switch field {
    case .number(let bytes): return bytes
    case .string(let text):
      var cursor = JsonCursor(Array(text.utf8)[...])
      guard let bytes = try? cursor.number(), cursor.isAtEnd else { throw failure("\(key) is no number") }
      return bytes
    case nil: throw failure("no \(key)")
    default: throw failure("\(key) is no number")
    }
  }

  /// `bytes`, a number of JSON's grammar, times 10^decimals when that is an Int64 exactly.
  static func scaled(_ bytes: ArraySlice<UInt8>, decimals: Int) -> Int64? {
    var magnitude: Int64 = 0
    var exponent = decimals
    var written = 0
    var exponentSign = 1
    var part = 0  // 0 whole, 1 after the point, 2 exponent
    var negative = false
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where index == 0: negative = true
      case UInt8(ascii: "-"): exponentSign = -1
      case UInt8(ascii: "+"): break
      case UInt8(ascii: "."): part = 1
      case UInt8(ascii: "e"), UInt8(ascii: "E"): part = 2
      case _ where part == 2:
        // An exponent beyond this is out of range whatever the digits, but for zero.
        written = min(written * 10 + Int(byte - UInt8(ascii: "0")), 1000)
      default:
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        magnitude = sum
        if part == 1 { exponent -= 1 }
      }
    }
    exponent += exponentSign * written
    if magnitude == 0 { return 0 }
    while exponent > 0 {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      magnitude = product
      exponent -= 1
    }
    while exponent < 0 {
      guard magnitude % 10 == 0 else { return nil }
      magnitude /= 10
      exponent += 1
    }
    return negative ? -magnitude : magnitude
  }

  // MARK: members

  private mutating func set(_ key: String, _ field: Field) {
    switch key {
    case "time_ms": time = field
    case "known_ms": if case .null = field { known = nil } else { known = field }
    case "symbol": symbol = field
    case "type": type = field
    case "value": value = field
    case "side": side = field
    case "price": price = field
    case "qty": quantity = field
    default: break
    }
  }

  private static func field(_ cursor: inout JsonCursor, depth: Int) throws(JsonCursor.Failure) -> Field {
    guard depth < JsonNode.maximumDepth else { throw cursor.failure("nested too deep") }
    switch cursor.peek() {
    case UInt8(ascii: "\""): return .string(try cursor.string())
    case UInt8(ascii: "{"):
      _ = cursor.take(UInt8(ascii: "{"))
      if cursor.take(UInt8(ascii: "}")) { return .other }
      repeat {
        _ = try cursor.string()
        try cursor.expect(UInt8(ascii: ":"))
        _ = try field(&cursor, depth: depth + 1)
      } while cursor.take(UInt8(ascii: ","))
      try cursor.expect(UInt8(ascii: "}"))
      return .other
    case UInt8(ascii: "["):
      _ = cursor.take(UInt8(ascii: "["))
      if cursor.take(UInt8(ascii: "]")) { return .other }
      repeat { _ = try field(&cursor, depth: depth + 1) } while cursor.take(UInt8(ascii: ","))
      try cursor.expect(UInt8(ascii: "]"))
      return .other
    default:
      if cursor.word("null") { return .null }
      if cursor.word("true") || cursor.word("false") { return .other }
      return .number(try cursor.number())
    }
  }

  private static func failure(_ problem: String) -> JsonCursor.Failure {
    JsonCursor.Failure(position: 0, problem: problem)
  }
}
