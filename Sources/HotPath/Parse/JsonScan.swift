/// The little JSON that frames need: strings found and values skipped in place, nothing built.
///
/// Every function takes the index by reference, moves it past what it read, and returns false on anything that isn't
/// JSON; the index is then of no meaning. Depth is bounded so that hostile nesting cannot exhaust the stack.
enum JsonScan {
  static var maximumDepth: Int { 16 }

  @_noAllocation @_noLocks
  @inline(__always)
  static func skipSpace(_ text: Span<UInt8>, _ index: inout Int) {
    while index < text.count {
      let byte = text[index]
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return }
      index &+= 1
    }
  }

  /// Moves past `expected`, spaces before it allowed.
  @_noAllocation @_noLocks
  @inline(__always)
  static func take(_ expected: UInt8, _ text: Span<UInt8>, _ index: inout Int) -> Bool {
    skipSpace(text, &index)
    if text.byte(at: index) != expected { return false }
    index &+= 1
    return true
  }

  /// Moves past a string and gives the range between its quotes, and whether it holds an escape.
  @_noAllocation @_noLocks
  @inline(__always)
  static func string(
    _ text: Span<UInt8>, _ index: inout Int, _ start: inout Int, _ end: inout Int, _ escaped: inout Bool
  ) -> Bool {
    if !take(UInt8(ascii: "\""), text, &index) { return false }
    start = index
    escaped = false
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "\"") {
        end = index
        index &+= 1
        return true
      }
      if byte < 0x20 { return false }
      if byte == UInt8(ascii: "\\") {
        escaped = true
        index &+= 1
      }
      index &+= 1
    }
    return false
  }

  /// Moves past any value.
  @_noAllocation @_noLocks
  static func skipValue(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    var depth = 0
    repeat {
      skipSpace(text, &index)
      if index >= text.count { return false }
      switch text[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth &+= 1
        if depth > maximumDepth { return false }
        index &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth &-= 1
        if depth < 0 { return false }
        index &+= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { return false }
        index &+= 1
      case UInt8(ascii: "\""):
        var start = 0
        var end = 0
        var escaped = false
        if !string(text, &index, &start, &end, &escaped) { return false }
      default:
        if !skipScalar(text, &index) { return false }
      }
    } while depth > 0
    return true
  }

  /// Moves past a number, `true`, `false` or `null`; its spelling is checked only where its value is used.
  @_noAllocation @_noLocks
  private static func skipScalar(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    let start = index
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        index &+= 1
      default: return index > start
      }
    }
    return index > start
  }
}
