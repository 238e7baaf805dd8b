/// One thing wrong with a file or setting, as a person can act on it: where, what it says, what to do.
public struct Violation: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, or `environment`, or `command line`.
  public var source: String
  /// 1-based; nil where no line is known.
  public var line: Int?
  /// The path of the key: `signals.cvd.base`. Empty when the whole file is meant.
  public var key: String
  /// What the file says there, shortened; nil when the key is missing.
  public var value: String?
  public var problem: String

  public init(source: String, line: Int? = nil, key: String, value: String? = nil, problem: String) {
    self.source = source
    self.line = line
    self.key = key
    self.value = value.map(Self.shortened)
    self.problem = problem
  }

  /// One line: `strategies/a.json:7: signals.cvd.base = 1.5: must be from 0 to 1`.
  public var description: String {
    var text = source
    if let line { text += ":\(line)" }
    text += ": "
    if !key.isEmpty {
      text += key
      if let value { text += " = \(value)" }
      text += ": "
    }
    return text + problem
  }

  /// A value that came from a file may be anything; an error stays one readable line.
  static func shortened(_ value: String) -> String {
    let oneLine = String(value.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    return oneLine.count <= 60 ? oneLine : oneLine.prefix(57) + "..."
  }
}

/// Why settings could not be had.
public enum SettingsError: Error, Sendable, CustomStringConvertible {
  /// The file isn't there.
  case missing(path: String)
  /// The file is there and cannot be read.
  case unreadable(path: String, reason: String)
  /// Everything that is wrong, at once and in the order of the file.
  case violations([Violation])

  public var description: String {
    switch self {
    case .missing(let path): "no such file, \(path): check the path"
    case .unreadable(let path, let reason): "cannot read, \(path): \(reason)"
    case .violations(let violations): violations.map(\.description).joined(separator: "\n")
    }
  }

  /// Empty unless this is `violations`.
  public var violations: [Violation] {
    if case .violations(let violations) = self { violations } else { [] }
  }
}
