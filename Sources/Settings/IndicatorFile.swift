import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A line that cannot be what its author meant. Skipping it was rejected: a strategy would run on, blind.
public struct IndicatorFileError: Error, Sendable, Equatable, CustomStringConvertible {
  public var file: String
  /// 1-based.
  public var line: Int
  public var content: String
  public var problem: String

  public var description: String {
    "\(file):\(line): \(Violation.shortened(content)): \(problem)"
  }
}

/// Indicators as JSON lines, read one at a time; memory holds a line and not the file.
///
/// Lines of other symbols and of unknown types are counted and skipped, empty lines skipped. Not thread-safe.
public struct IndicatorFile {
  public let name: String
  /// Symbols to keep; nil keeps all.
  public let symbols: Set<String>?
  /// Lines seen, kept or not.
  public private(set) var lines = 0
  public private(set) var ignoredSymbols = 0
  public private(set) var ignoredTypes = 0

  public init(name: String, symbols: Set<String>? = nil) {
    self.name = name
    self.symbols = symbols
  }

  /// Reads a plain file to its end, in the order of the file.
  public static func load(
    _ path: String, symbols: Set<String>? = nil
  ) throws -> (lines: [IndicatorLine], file: IndicatorFile) {
    guard let stream = fopen(path, "r") else {
      if errno == ENOENT { throw SettingsError.missing(path: path) }
      throw SettingsError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(stream) }
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    // SAFETY: getline owns and grows `buffer`; it is freed once, here, after the last read.
    defer { free(buffer) }
    let source: () throws -> ArraySlice<UInt8>? = {
      errno = 0
      let count = getline(&buffer, &capacity, stream)
      guard count >= 0, let bytes = buffer else {
        if errno != 0 { throw SettingsError.unreadable(path: path, reason: String(cString: strerror(errno))) }
        return nil
      }
      // SAFETY: getline put `count` bytes there; they are copied before the next call.
      return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))[...]
    }
    return try load(name: path, symbols: symbols, from: source)
  }

  /// Reads lines from any source until it gives nil; a decompressor for one.
  public static func load(
    name: String, symbols: Set<String>? = nil, from source: () throws -> ArraySlice<UInt8>?
  ) throws -> (lines: [IndicatorLine], file: IndicatorFile) {
    var file = IndicatorFile(name: name, symbols: symbols)
    var lines: [IndicatorLine] = []
    while let bytes = try source() {
      if let line = try file.read(bytes) { lines.append(line) }
    }
    return (lines, file)
  }

  /// The next line of the file, with or without its newline; nil when it is empty or not for us.
  public mutating func read(_ bytes: ArraySlice<UInt8>) throws(IndicatorFileError) -> IndicatorLine? {
    let order = lines
    lines += 1
    do {
      return try parse(bytes, order: order)
    } catch {
      let content = String(decoding: bytes.prefix(200), as: UTF8.self)
      throw IndicatorFileError(
        file: name, line: order + 1, content: content, problem: "\(error.problem): correct or remove the line")
    }
  }

  private mutating func parse(
    _ bytes: ArraySlice<UInt8>, order: Int
  ) throws(JsonCursor.Failure) -> IndicatorLine? {
    var cursor = JsonCursor(bytes)
    if cursor.peek() == nil { return nil }
    let fields = try IndicatorFields(&cursor)
    let time = try IndicatorFields.millis(fields.time, "time_ms")
    let known = try fields.known.map { field throws(JsonCursor.Failure) in
      try IndicatorFields.millis(field, "known_ms")
    }
    let symbol = try IndicatorFields.string(fields.symbol, "symbol")
    let type = try IndicatorFields.string(fields.type, "type")
    if let symbols, !symbols.contains(symbol) {
      ignoredSymbols += 1
      return nil
    }
    let kind: IndicatorLine.Kind
    if type == "liquidation" {
      kind = try fields.liquidation()
    } else if let type = IndicatorType(name: type) {
      kind = .indicator(type, try IndicatorFields.double(fields.value, "value"))
    } else {
      ignoredTypes += 1
      return nil
    }
    return IndicatorLine(knownMillis: known ?? time, timeMillis: time, symbol: symbol, kind: kind, order: order)
  }
}
