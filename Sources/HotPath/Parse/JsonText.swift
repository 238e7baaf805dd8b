/// A short JSON string with its escapes resolved, in place on the stack.
///
/// Only strings that hold a backslash come here. 64 bytes: venue symbols have at most about 30, and a longer one is
/// none of ours.
struct JsonText {
  static var capacity: Int { 64 }
  private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
  private(set) var count = 0

  @_noAllocation @_noLocks
  init() {}

  /// The text as `AggTradeFrame` packs names: up to eight bytes in one integer, 0 when longer.
  var shortKey: UInt64 {
    @_noAllocation @_noLocks
    get { pack() }
  }

  @_noAllocation @_noLocks
  private func pack() -> UInt64 {
    if count > 8 { return 0 }
    var key: UInt64 = 0
    var index = 0
    while index < count {
      key = key << 8 | UInt64(bytes[index])
      index &+= 1
    }
    return key
  }

  /// Reads `text[start..<end]`, the inside of a JSON string; false when an escape is wrong or it is too long.
  @_noAllocation @_noLocks
  mutating func read(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    count = 0
    var index = start
    while index < end {
      let byte = text[index]
      index &+= 1
      if byte != UInt8(ascii: "\\") {
        if !append(byte) { return false }
        continue
      }
      if index >= end { return false }
      let escape = text[index]
      index &+= 1
      if escape == UInt8(ascii: "u") {
        guard let scalar = Self.scalar(text, &index, end) else { return false }
        if !append(scalar: scalar) { return false }
      } else {
        guard let plain = Self.plain(escape) else { return false }
        if !append(plain) { return false }
      }
    }
    return true
  }

  @_noAllocation @_noLocks
  private mutating func append(_ byte: UInt8) -> Bool {
    if count >= Self.capacity { return false }
    bytes[count] = byte
    count &+= 1
    return true
  }

  /// Appends the UTF-8 of a scalar.
  @_noAllocation @_noLocks
  private mutating func append(scalar: UInt32) -> Bool {
    if scalar < 0x80 { return append(UInt8(scalar)) }
    let last = UInt8(0x80 | (scalar & 0x3F))
    if scalar < 0x800 { return append(UInt8(0xC0 | (scalar >> 6))) && append(last) }
    let third = UInt8(0x80 | ((scalar >> 6) & 0x3F))
    if scalar < 0x10000 { return append(UInt8(0xE0 | (scalar >> 12))) && append(third) && append(last) }
    return append(UInt8(0xF0 | (scalar >> 18))) && append(UInt8(0x80 | ((scalar >> 12) & 0x3F)))
      && append(third) && append(last)
  }

  @_noAllocation @_noLocks
  private static func plain(_ escape: UInt8) -> UInt8? {
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// The scalar after `\u`, joining a surrogate pair (RFC 8259, section 7).
  @_noAllocation @_noLocks
  private static func scalar(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt32? {
    guard let high = hex4(text, &index, end) else { return nil }
    if high < 0xD800 || high > 0xDFFF { return high }
    if high > 0xDBFF || index &+ 2 > end { return nil }
    if text[index] != UInt8(ascii: "\\") { return nil }
    if text[index &+ 1] != UInt8(ascii: "u") { return nil }
    index &+= 2
    guard let low = hex4(text, &index, end), low >= 0xDC00, low <= 0xDFFF else { return nil }
    return 0x10000 &+ ((high &- 0xD800) << 10) &+ (low &- 0xDC00)
  }

  @_noAllocation @_noLocks
  private static func hex4(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt32? {
    if index &+ 4 > end { return nil }
    var value: UInt32 = 0
    let stop = index &+ 4
    while index < stop {
      let byte = text[index]
      index &+= 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte &- 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte &- 0x57)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte &- 0x37)
      default: return nil
      }
    }
    return value
  }
}
