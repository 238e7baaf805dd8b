import Settings

/// JSON for scripts, written member by member so that the order is ours and stays.
enum JsonText {
  static func string(_ text: String) -> String { ConfigValue.jsonString(text) }

  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

  /// `null` for what isn't there or isn't a number in JSON.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    return "\(value)"
  }

  static func violation(_ violation: Violation) -> String {
    object([
      ("source", string(violation.source)), ("line", violation.line.map(String.init) ?? "null"),
      ("key", string(violation.key)), ("value", violation.value.map(string) ?? "null"),
      ("problem", string(violation.problem)),
    ])
  }
}
