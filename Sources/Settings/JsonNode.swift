/// A JSON value that knows its line, keeps numbers as written and keeps every member, duplicates included.
struct JsonNode {
  enum Value {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JsonNode])
    case object([(key: String, node: JsonNode)])
  }

  let value: Value
  /// 1-based.
  let line: Int

  /// Deeper text is an attack or an accident; the reader recurses.
  static let maximumDepth = 32

  /// Reads a whole document. Throws one violation: after a syntax error nothing more is known.
  static func parse(_ bytes: [UInt8], file: String) throws(SettingsError) -> JsonNode {
    var cursor = JsonCursor(bytes[...])
    var lines = LineCounter(bytes: bytes)
    do throws(JsonCursor.Failure) {
      let node = try read(&cursor, &lines, depth: 0)
      if cursor.peek() != nil { throw cursor.failure("more text after the end of the document") }
      return node
    } catch {
      let problem = "\(error.problem): correct the JSON"
      throw .violations([Violation(source: file, line: lines.line(at: error.position), key: "", problem: problem)])
    }
  }

  /// As in the file, on one line: what an error shows.
  var text: String {
    switch value {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .number(let number): number
    case .string(let string): "\"\(string)\""
    case .array(let nodes): "[" + nodes.map(\.text).joined(separator: ", ") + "]"
    case .object(let members): "{" + members.map { "\"\($0.key)\": \($0.node.text)" }.joined(separator: ", ") + "}"
    }
  }

  private static func read(
    _ cursor: inout JsonCursor, _ lines: inout LineCounter, depth: Int
  ) throws(JsonCursor.Failure) -> JsonNode {
    guard depth < maximumDepth else { throw cursor.failure("nested deeper than \(maximumDepth)") }
    let first = cursor.peek()
    let line = lines.line(at: cursor.position)
    switch first {
    case UInt8(ascii: "{"):
      return JsonNode(value: .object(try members(&cursor, &lines, depth: depth)), line: line)
    case UInt8(ascii: "["):
      return JsonNode(value: .array(try elements(&cursor, &lines, depth: depth)), line: line)
    case UInt8(ascii: "\""):
      return JsonNode(value: .string(try cursor.string()), line: line)
    default:
      if cursor.word("null") { return JsonNode(value: .null, line: line) }
      if cursor.word("true") { return JsonNode(value: .bool(true), line: line) }
      if cursor.word("false") { return JsonNode(value: .bool(false), line: line) }
      return JsonNode(value: .number(String(decoding: try cursor.number(), as: UTF8.self)), line: line)
    }
  }

  private static func members(
    _ cursor: inout JsonCursor, _ lines: inout LineCounter, depth: Int
  ) throws(JsonCursor.Failure) -> [(key: String, node: JsonNode)] {
    try cursor.expect(UInt8(ascii: "{"))
    var members: [(key: String, node: JsonNode)] = []
    if cursor.take(UInt8(ascii: "}")) { return members }
    repeat {
      let key = try cursor.string()
      try cursor.expect(UInt8(ascii: ":"))
      members.append((key, try read(&cursor, &lines, depth: depth + 1)))
    } while cursor.take(UInt8(ascii: ","))
    try cursor.expect(UInt8(ascii: "}"))
    return members
  }

  private static func elements(
    _ cursor: inout JsonCursor, _ lines: inout LineCounter, depth: Int
  ) throws(JsonCursor.Failure) -> [JsonNode] {
    try cursor.expect(UInt8(ascii: "["))
    var elements: [JsonNode] = []
    if cursor.take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try read(&cursor, &lines, depth: depth + 1))
    } while cursor.take(UInt8(ascii: ","))
    try cursor.expect(UInt8(ascii: "]"))
    return elements
  }
}

/// Line numbers of positions that only grow, so that a whole document costs one pass.
private struct LineCounter {
  let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func line(at wanted: Int) -> Int {
    if wanted < position {
      position = 0
      line = 1
    }
    while position < min(wanted, bytes.count) {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
    return line
  }
}
