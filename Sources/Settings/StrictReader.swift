/// Takes typed values out of a JSON document and collects everything that is wrong with them.
struct StrictReader {
  let file: String
  var violations: [Violation] = []

  init(file: String) { self.file = file }

  /// An object whose keys were checked: each appears once and is known.
  struct Object {
    let path: String
    let line: Int
    let members: [String: JsonNode]
    /// Some member was left out as unknown or repeated, so what is here is not all the author meant.
    let hasStrangers: Bool

    func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
  }

  /// A number's range; the lower end may be excluded.
  struct Bounds {
    let lower: Double
    let upper: Double
    let excludesLower: Bool

    init(from lower: Double, through upper: Double) {
      self.lower = lower
      self.upper = upper
      excludesLower = false
    }

    init(above lower: Double, through upper: Double) {
      self.lower = lower
      self.upper = upper
      excludesLower = true
    }

    func contains(_ value: Double) -> Bool { value <= upper && (excludesLower ? value > lower : value >= lower) }

    var problem: String {
      let lower = StrictReader.text(lower)
      let upper = StrictReader.text(upper)
      return excludesLower ? "must be above \(lower) and at most \(upper)" : "must be from \(lower) to \(upper)"
    }
  }

  /// A value that may be null, told apart from one that was wrong.
  struct Nullable { let value: Double? }

  /// 100, not 100.0, and never an exponent for the sizes in settings.
  static func text(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  mutating func violate(_ node: JsonNode, _ path: String, _ problem: String) {
    violations.append(Violation(source: file, line: node.line, key: path, value: node.text, problem: problem))
  }

  /// Checks that `node` is an object with all of `keys`, perhaps some of `optionalKeys`, and nothing else.
  mutating func object(
    _ node: JsonNode, path: String, keys: [String] = [], optionalKeys: [String] = [], noun: String = "key"
  ) -> Object? {
    guard case .object(let list) = node.value else {
      violate(node, path, "must be an object `{...}`")
      return nil
    }
    var members: [String: JsonNode] = [:]
    var hasStrangers = false
    let known = keys + optionalKeys
    for (key, member) in list {
      let memberPath = path.isEmpty ? key : "\(path).\(key)"
      if members[key] != nil {
        violate(member, memberPath, "appears twice: keep one")
        hasStrangers = true
      } else if !known.contains(key) {
        violate(member, memberPath, "unknown \(noun): remove it, or choose of \(known.joined(separator: ", "))")
        hasStrangers = true
      } else {
        members[key] = member
      }
    }
    for key in keys where members[key] == nil {
      let memberPath = path.isEmpty ? key : "\(path).\(key)"
      violations.append(Violation(source: file, line: node.line, key: memberPath, problem: "is missing: add it"))
    }
    return Object(path: path, line: node.line, members: members, hasStrangers: hasStrangers)
  }

  mutating func number(_ object: Object, _ key: String, _ bounds: Bounds) -> Double? {
    guard let node = object.members[key] else { return nil }
    guard case .number(let text) = node.value, let value = Double(text) else {
      violate(node, object.path(key), "must be a number")
      return nil
    }
    guard value.isFinite, bounds.contains(value) else {
      violate(node, object.path(key), bounds.problem)
      return nil
    }
    return value
  }

  mutating func numberOrNull(_ object: Object, _ key: String, _ bounds: Bounds) -> Nullable? {
    guard let node = object.members[key] else { return nil }
    if case .null = node.value { return Nullable(value: nil) }
    guard case .number = node.value else {
      violate(node, object.path(key), "must be a number or null")
      return nil
    }
    return number(object, key, bounds).map { Nullable(value: $0) }
  }

  /// A name that goes unquoted into CSV files and, joined by `|`, into signal ids.
  mutating func name(_ object: Object, _ key: String) -> String? {
    guard let node = object.members[key] else { return nil }
    guard case .string(let text) = node.value else {
      violate(node, object.path(key), "must be a string")
      return nil
    }
    let allowed = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-.".unicodeScalars.contains($0)
    }
    guard allowed, !text.isEmpty, text.utf8.count <= 64 else {
      violate(node, object.path(key), "must be 1 to 64 bytes of letters, digits, `_`, `-` and `.`")
      return nil
    }
    return text
  }
}
