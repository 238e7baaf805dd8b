import Yams

/// Every setting with its origin, as written: the file over the defaults, the environment over the file, the command
/// line over all. What is wrong is collected, not thrown at the first.
public struct RawConfig: Sendable {
  public struct Entry: Sendable, Equatable {
    public var value: ConfigValue
    public var origin: ConfigOrigin
  }

  public private(set) var entries: [String: Entry] = [:]
  public internal(set) var violations: [Violation] = []

  public init() {
    for key in ConfigKey.all { entries[key.path] = Entry(value: key.fallback, origin: .fallback) }
  }

  public subscript(path: String) -> Entry {
    guard let entry = entries[path] else { preconditionFailure("no such setting: \(path)") }
    return entry
  }

  // MARK: file

  /// Lays a YAML file over what is known so far.
  public mutating func apply(yaml: String, file: String) {
    do {
      guard let root = try Yams.compose(yaml: yaml), root.mapping != nil else {
        let problem = "must be a mapping of keys: begin with `version: 1`"
        violations.append(Violation(source: file, key: "", problem: problem))
        return
      }
      walk(root, path: "", file: file)
      if case .fallback = self["version"].origin {
        violations.append(Violation(source: file, key: "version", problem: "is missing: add `version: 1`"))
      }
    } catch let error as YamlError {
      violations.append(Self.violation(error, file: file))
    } catch {
      violations.append(Violation(source: file, key: "", problem: "\(error): correct the YAML"))
    }
  }

  private mutating func walk(_ node: Node, path: String, file: String) {
    guard let mapping = node.mapping else {
      let problem = "must be a mapping `{...}`"
      violations.append(Self.origin(node, file).violation(path, Self.value(node), problem))
      return
    }
    for (keyNode, child) in mapping {
      let name = keyNode.scalar?.string ?? "?"
      let childPath = path.isEmpty ? name : "\(path).\(name)"
      let origin = Self.origin(keyNode, file)
      if let key = ConfigKey.find(childPath) {
        // A list written over several lines is found at its key.
        if let value = Self.value(child, of: key) {
          entries[childPath] = Entry(value: value, origin: origin)
        } else {
          violations.append(origin.violation(childPath, nil, "must be a value or a list of texts"))
        }
      } else if ConfigKey.isSection(childPath) {
        walk(child, path: childPath, file: file)
      } else {
        violations.append(origin.violation(childPath, Self.value(child), ConfigKey.stranger(childPath)))
      }
    }
  }

  private static func origin(_ node: Node, _ file: String) -> ConfigOrigin { .file(file, line: node.mark?.line) }

  /// Names may be written as one word (`all`) or as `{top: 50}`.
  private static func value(_ node: Node, of key: ConfigKey) -> ConfigValue? {
    guard case .names = key.kind else { return value(node) }
    if let scalar = node.scalar, case .text(let text) = value(scalar), text == "all" || text.hasPrefix("top:") {
      return .texts([text])
    }
    if let mapping = node.mapping, mapping.count == 1, let (name, count) = mapping.first,
      name.scalar?.string == "top", let number = count.scalar?.string
    {
      return .texts(["top:\(number)"])
    }
    return value(node)
  }

  /// nil for what no setting can be: lists in lists, lists of numbers.
  private static func value(_ node: Node) -> ConfigValue? {
    if let scalar = node.scalar { return value(scalar) }
    if let sequence = node.sequence { return texts(sequence).map(ConfigValue.texts) }
    guard let mapping = node.mapping else { return nil }
    var lists: [ConfigValue.NamedTexts] = []
    for (key, child) in mapping {
      guard let name = key.scalar?.string, let sequence = child.sequence, let texts = texts(sequence) else {
        return nil
      }
      lists.append(ConfigValue.NamedTexts(name: name, texts: texts))
    }
    return .textsByName(lists)
  }

  private static func value(_ scalar: Node.Scalar) -> ConfigValue {
    switch scalar.style {
    case .any, .plain: ConfigValue(plain: scalar.string)
    case .singleQuoted, .doubleQuoted, .literal, .folded: .text(scalar.string)
    }
  }

  private static func texts(_ sequence: Node.Sequence) -> [String]? {
    var texts: [String] = []
    for node in sequence {
      guard let scalar = node.scalar, case .text(let text) = value(scalar) else { return nil }
      texts.append(text)
    }
    return texts
  }

  private static func violation(_ error: YamlError, file: String) -> Violation {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      Violation(source: file, line: mark.line, key: "", problem: "\(problem): correct the YAML")
    case .duplicatedKeysInMapping(let duplicates, let context):
      Violation(
        source: file, line: context.mark.line, key: duplicates.joined(separator: ", "),
        problem: "appears twice: keep one")
    default:
      Violation(source: file, key: "", problem: "\(error): correct the YAML")
    }
  }

  // MARK: environment and command line

  /// Lays `APUS__SECTION__KEY=value` over what is known so far; other variables are none of ours.
  public mutating func apply(environment: [String: String]) {
    for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("APUS__") {
      let origin = ConfigOrigin.environment(name)
      if let key = ConfigKey.all.first(where: { $0.environmentName == name }) {
        entries[key.path] = Entry(value: Self.value(text, of: key), origin: origin)
      } else if let symbol = Self.historySymbol(name) {
        set(history: symbol, Self.list(text), origin)
      } else {
        let parts = name.dropFirst("APUS__".count).lowercased().split(separator: "_", omittingEmptySubsequences: false)
        let path = parts.joined(separator: "_").split(separator: "__").joined(separator: ".")
        violations.append(Violation(source: "environment", key: name, value: text, problem: ConfigKey.stranger(path)))
      }
    }
  }

  /// Lays one option of the command line over everything: `path` is a key of `ConfigKey.all`.
  public mutating func apply(option: String, path: String, value: ConfigValue) {
    precondition(ConfigKey.find(path) != nil, "no such setting: \(path)")
    entries[path] = Entry(value: value, origin: .commandLine(option))
  }

  private static func historySymbol(_ name: String) -> String? {
    let prefix = "APUS__HISTORY__FILES__"
    return name.hasPrefix(prefix) && name.count > prefix.count ? String(name.dropFirst(prefix.count)) : nil
  }

  private mutating func set(history symbol: String, _ files: [String], _ origin: ConfigOrigin) {
    var lists: [ConfigValue.NamedTexts] = []
    if case .textsByName(let known) = self["history.files"].value { lists = known }
    lists.removeAll { $0.name == symbol }
    lists.append(ConfigValue.NamedTexts(name: symbol, texts: files))
    entries["history.files"] = Entry(value: .textsByName(lists), origin: origin)
  }

  private static func value(_ text: String, of key: ConfigKey) -> ConfigValue {
    switch key.kind {
    case .names, .paths: .texts(list(text))
    case .choice: .text(text)
    case .path, .url: text.isEmpty || text == "null" ? .null : .text(text)
    case .number, .integer, .pathsBySymbol, .flag, .cpu, .cpus: ConfigValue(plain: text)
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { part in
      String(part.drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
    }
  }
}
