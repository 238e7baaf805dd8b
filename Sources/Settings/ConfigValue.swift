/// A setting as written, before its type is checked.
public enum ConfigValue: Sendable, Equatable {
  case null
  /// The text of a plain number, kept as written.
  case number(String)
  case bool(Bool)
  case text(String)
  case texts([String])
  /// In the order written.
  case textsByName([NamedTexts])

  public struct NamedTexts: Sendable, Equatable {
    public var name: String
    public var texts: [String]

    public init(name: String, texts: [String]) {
      self.name = name
      self.texts = texts
    }
  }

  /// A scalar as YAML's core schema would read it, restricted to what JSON writes too: no `yes`, `0x10`, `.inf`.
  init(plain text: String) {
    switch text {
    case "", "~", "null": self = .null
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    default:
      var cursor = JsonCursor(Array(text.utf8)[...])
      let isNumber = (try? cursor.number()) != nil && cursor.isAtEnd
      self = isNumber ? .number(text) : .text(text)
    }
  }

  /// As YAML's flow style, one line.
  public var yaml: String {
    switch self {
    case .null: "null"
    case .number(let text): text
    case .bool(let bool): bool ? "true" : "false"
    case .text(let text): Self.quotedIfNeeded(text)
    case .texts(let texts): "[" + texts.map(Self.quotedIfNeeded).joined(separator: ", ") + "]"
    case .textsByName(let lists):
      "{"
        + lists.map { "\(Self.quotedIfNeeded($0.name)): \(ConfigValue.texts($0.texts).yaml)" }.joined(separator: ", ")
        + "}"
    }
  }

  public var json: String {
    switch self {
    case .null, .number, .bool: yaml
    case .text(let text): Self.jsonString(text)
    case .texts(let texts): "[" + texts.map(Self.jsonString).joined(separator: ",") + "]"
    case .textsByName(let lists):
      "{" + lists.map { "\(Self.jsonString($0.name)):\(ConfigValue.texts($0.texts).json)" }.joined(separator: ",") + "}"
    }
  }

  /// A JSON string literal.
  public static func jsonString(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": literal += "\\\""
      case "\\": literal += "\\\\"
      case "\n": literal += "\\n"
      case "\t": literal += "\\t"
      case _ where scalar.value < 32:
        let hex = String(scalar.value, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }

  private static func quotedIfNeeded(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-./".unicodeScalars.contains($0)
    }
    guard plain, case .text = ConfigValue(plain: text), text.first != "-", text.first != "." else {
      return jsonString(text)
    }
    return text
  }
}

/// Where a setting's value came from; the last of these that speaks wins.
public enum ConfigOrigin: Sendable, Equatable, CustomStringConvertible {
  case fallback
  case file(String, line: Int?)
  case environment(String)
  case commandLine(String)

  public var description: String {
    switch self {
    case .fallback: "default"
    case .file(let name, let line): line.map { "\(name):\($0)" } ?? name
    case .environment(let name): "environment \(name)"
    case .commandLine(let option): "command line \(option)"
    }
  }

  func violation(_ key: String, _ value: ConfigValue?, _ problem: String) -> Violation {
    switch self {
    case .fallback: Violation(source: "default", key: key, value: value?.yaml, problem: problem)
    case .file(let name, let line):
      Violation(source: name, line: line, key: key, value: value?.yaml, problem: problem)
    case .environment(let name):
      Violation(source: "environment \(name)", key: key, value: value?.yaml, problem: problem)
    case .commandLine(let option):
      Violation(source: "command line \(option)", key: key, value: value?.yaml, problem: problem)
    }
  }
}
