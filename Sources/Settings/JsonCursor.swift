import Foundation

/// A strict JSON reader over bytes, RFC 8259 and nothing more.
///
/// Foundation's was rejected: it drops duplicate keys silently, turns `true` into 1, and knows no line numbers; it also
/// costs microseconds a line, and indicator files have millions.
struct JsonCursor {
  let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// What is wrong with the text and at which byte.
  struct Failure: Error, Equatable {
    let position: Int
    let problem: String
  }

  var isAtEnd: Bool { position >= bytes.endIndex }

  /// The next byte that isn't white space; nil at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.endIndex {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return bytes[position]
      }
    }
    return nil
  }

  /// Takes `byte` if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(Failure) {
    guard take(byte) else { throw failure("expected `\(Character(UnicodeScalar(byte)))`") }
  }

  func failure(_ problem: String) -> Failure {
    Failure(position: position, problem: isAtEnd ? problem + ", the text ends here" : problem)
  }

  /// The raw bytes of a string without its quotes, and whether it has escapes.
  mutating func rawString() throws(Failure) -> (text: ArraySlice<UInt8>, escaped: Bool) {
    try expect(UInt8(ascii: "\""))
    let start = position
    var escaped = false
    while position < bytes.endIndex {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return (bytes[start..<position - 1], escaped)
      }
      if byte < 0x20 { throw failure("a control character inside a string") }
      if byte == UInt8(ascii: "\\") {
        escaped = true
        position += 1
      }
      position += 1
    }
    position = bytes.endIndex
    throw failure("a string without its closing quote")
  }

  mutating func string() throws(Failure) -> String {
    let (text, escaped) = try rawString()
    if !escaped {
      guard let string = String(validating: text, as: UTF8.self) else { throw failure("a string that is not UTF-8") }
      return string
    }
    return try Self.unescaped(text)
  }

  /// The bytes of a number, checked against JSON's grammar (no `+1`, `01`, `.5`, `1.`, `NaN`).
  mutating func number() throws(Failure) -> ArraySlice<UInt8> {
    _ = peek()
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let whole = digits()
    if whole == 0 || (whole > 1 && bytes[position - whole] == UInt8(ascii: "0")) {
      throw Failure(position: start, problem: "expected a value")
    }
    if next == UInt8(ascii: ".") {
      position += 1
      if digits() == 0 { throw failure("a number without digits after its point") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      if digits() == 0 { throw failure("a number without digits in its exponent") }
    }
    return bytes[start..<position]
  }

  /// Takes the word if it comes next.
  mutating func word(_ word: StaticString) -> Bool {
    _ = peek()
    let count = word.utf8CodeUnitCount
    guard bytes.endIndex - position >= count else { return false }
    let text = String(describing: word).utf8
    guard bytes[position..<position + count].elementsEqual(text) else { return false }
    position += count
    return true
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) throws(Failure) -> String {
    // Escapes are rare in what is read here, so the library's decoder does them: one string, one call.
    var quoted = Data([UInt8(ascii: "\"")])
    quoted.append(contentsOf: text)
    quoted.append(UInt8(ascii: "\""))
    do {
      return try JSONDecoder().decode(String.self, from: quoted)
    } catch {
      throw Failure(position: text.startIndex, problem: "a string with a broken escape")
    }
  }
}
