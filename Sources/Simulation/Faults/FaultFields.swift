/// One line of a scenario, its keys taken out one by one; what is left at the end is unknown.
struct FaultFields {
  private var fields: [String: JSONValue]
  /// The market's.
  private let symbols: Set<String>
  private(set) var problems: [String] = []

  /// Bounds keep every sum with a time within 64 bits: some 30 years.
  private static let millis: ClosedRange<Int64> = 1...1_000_000_000_000
  private static let distances: ClosedRange<Int64> = 1...1_000_000_000_000_000
  private static let badNumbers = ["NaN", "1e400", "-1", "0", "0.000000001"]
  private static let statuses: Set<Int64> = [403, 408, 418, 429, 500, 502, 503, 504]

  /// The triggers, and what else beside its own keys a kind of fault may have.
  private struct Shape {
    var triggers: [String]
    var holds = false
    var needsSymbol = false
    var mayHaveSymbol = false
  }

  init(_ fields: [String: JSONValue], symbols: Set<String>) {
    self.fields = fields
    self.symbols = symbols
  }

  /// The fault, or nil and a problem at least. What cannot be read has a stand-in, so that the rest is looked at too.
  mutating func fault() -> Fault? {
    guard let name = text("fault", isNeeded: true) else { return nil }
    guard let kind = kind(name) else {
      problems.append("unknown fault \"\(name)\"")
      return nil
    }
    let shape = Self.shape(kind)
    let trigger = trigger(shape, name)
    var fault = Fault(kind: kind, trigger: trigger ?? .at(millis: 0))
    if shape.holds { fault.forMillis = integer("for_ms", Self.millis) }
    let isCounted = if case .trade = fault.trigger { true } else { false }
    if shape.needsSymbol || shape.mayHaveSymbol || isCounted {
      fault.symbol = text("symbol", isNeeded: shape.needsSymbol)
      if let symbol = fault.symbol, !symbols.contains(symbol) {
        problems.append("symbol \"\(symbol)\" is not one of the market's")
      }
    }
    for key in fields.keys.sorted() { problems.append("\(name) has no key \"\(key)\"") }
    return problems.isEmpty ? fault : nil
  }

  private static func shape(_ kind: Fault.Kind) -> Shape {
    let always = ["at_ms", "every_ms", "at_event"]
    return switch kind {
    case .cut, .close, .halfOpen: Shape(triggers: always)
    case .silent: Shape(triggers: always, holds: true, mayHaveSymbol: true)
    case .refuse: Shape(triggers: always, holds: true)
    case .frame: Shape(triggers: ["at_event"])
    case .rest, .clockSkew: Shape(triggers: ["at_ms", "every_ms"], holds: true)
    case .refuseStream: Shape(triggers: ["at_ms", "every_ms"], holds: true, needsSymbol: true)
    case .list, .delist: Shape(triggers: ["at_ms"], needsSymbol: true)
    }
  }

  private mutating func trigger(_ shape: Shape, _ name: String) -> Fault.Trigger? {
    let given = ["at_ms", "every_ms", "at_event"].filter { fields[$0] != nil }
    guard given.count == 1, let key = given.first, shape.triggers.contains(key) else {
      for key in given { fields[key] = nil }
      let choice = shape.triggers.joined(separator: ", ")
      problems.append("\(name) needs \(shape.triggers.count == 1 ? "" : "exactly one of ")\(choice)")
      return nil
    }
    switch key {
    case "at_ms": return integer(key, 0...Self.millis.upperBound).map { .at(millis: $0) }
    case "every_ms": return integer(key, Self.millis).map { .every(millis: $0) }
    default: return integer(key, 1...1_000_000_000_000_000).map { .trade(number: $0) }
    }
  }

  private mutating func kind(_ name: String) -> Fault.Kind? {
    switch name {
    case "cut": .cut
    case "close": .close
    case "half_open": .halfOpen
    case "silent": .silent
    case "refuse": .refuse
    case "refuse_stream": .refuseStream
    case "list": .list
    case "delist": .delist
    case "clock_skew":
      .clockSkew(millis: integer("ms", -Self.millis.upperBound...Self.millis.upperBound, isNeeded: true) ?? 0)
    default: frame(name) ?? rest(name)
    }
  }

  private mutating func frame(_ name: String) -> Fault.Kind? {
    let fault: FrameFault
    switch name {
    case "skip": fault = .skip
    case "duplicate": fault = .duplicate
    case "reorder": fault = .reorder
    case "contradict": fault = .contradict(falseFirst: flag("first"))
    case "truncate": fault = .truncate
    case "malformed": fault = .malformed
    case "price_x10": fault = .priceTimesTen
    case "unknown_fields": fault = .unknownFields
    case "oversized": fault = .oversized
    case "time_ahead": fault = .timeAhead(millis: integer("ms", Self.millis, isNeeded: true) ?? 1)
    case "id_ahead": fault = .idAhead(by: integer("by", Self.distances, isNeeded: true) ?? 1)
    case "bad_number":
      let number = text("number", isNeeded: true) ?? Self.badNumbers[0]
      if !Self.badNumbers.contains(number) {
        problems.append("number \"\(number)\": one of \(Self.badNumbers.joined(separator: ", "))")
      }
      fault = .badNumber(number)
    default: return nil
    }
    let least: Int64 = fault == .reorder ? 2 : 1
    let count = integer("count", least...1_000_000, isNeeded: fault == .reorder) ?? least
    return .frame(fault, count: count)
  }

  private mutating func rest(_ name: String) -> Fault.Kind? {
    let fault: RestFault
    switch name {
    case "http":
      let status = integer("status", 100...599, isNeeded: true) ?? 500
      if !Self.statuses.contains(status) {
        let known = Self.statuses.sorted().map(String.init).joined(separator: ", ")
        problems.append("status \(status): one of \(known)")
      }
      fault = .http(status: Int(status), retryAfterSeconds: integer("retry_after_s", 0...1_000_000))
    case "html": fault = .html
    case "slow_body":
      fault = .slowBody(bytesPerSecond: integer("bytes_per_s", 1...1_000_000_000, isNeeded: true) ?? 1)
    case "stall": fault = .stall
    case "cut_body": fault = .cutBody
    default: return nil
    }
    let path = text("path")
    if let path, !path.hasPrefix("/") { problems.append("path \"\(path)\" does not begin with /") }
    return .rest(fault, path: path)
  }

  // MARK: - Values

  private mutating func integer(_ key: String, _ range: ClosedRange<Int64>, isNeeded: Bool = false) -> Int64? {
    guard let value = take(key, isNeeded) else { return nil }
    var number: Int64?
    switch value {
    case .unsigned(let whole): number = Int64(exactly: whole)
    case .number(let double): number = Int64(exactly: double)
    default: break
    }
    guard let number, range.contains(number) else {
      problems.append("\(key) is a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  private mutating func text(_ key: String, isNeeded: Bool = false) -> String? {
    guard let value = take(key, isNeeded) else { return nil }
    guard case .string(let text) = value, !text.isEmpty else {
      problems.append("\(key) is a text")
      return nil
    }
    return text
  }

  private mutating func flag(_ key: String) -> Bool {
    guard let value = take(key, false) else { return false }
    guard case .boolean(let flag) = value else {
      problems.append("\(key) is true or false")
      return false
    }
    return flag
  }

  private mutating func take(_ key: String, _ isNeeded: Bool) -> JSONValue? {
    guard let value = fields.removeValue(forKey: key) else {
      if isNeeded { problems.append("\(key) is missing") }
      return nil
    }
    return value
  }
}
