import CRecords
import Domain
import HotPath
import Settings

/// Lines of an indicators file as engine records, in the order in which they become known.
enum IndicatorRecords {
  /// Lines of other symbols and of unknown types are left out.
  static func load(_ path: String, symbols: SymbolTable) throws -> [apus_record] {
    let lines = try IndicatorFile.load(path, symbols: Set(symbols.names)).lines
    var records = lines.compactMap { record($0, symbols: symbols) }
    // Ties keep the file's order: `first_id` is the line's number.
    records.sort { $0.id == $1.id ? $0.first_id < $1.first_id : $0.id < $1.id }
    return records
  }

  /// The same with errors as a person and a script want them.
  static func loadForRun(_ path: String, symbols: SymbolTable) throws -> [apus_record] {
    do {
      return try load(path, symbols: symbols)
    } catch let error as SettingsError {
      throw Failure(error, violations: .data)
    } catch let error as IndicatorFileError {
      throw Failure(.data, error.description)
    }
  }

  private static func record(_ line: IndicatorLine, symbols: SymbolTable) -> apus_record? {
    guard let symbol = symbols.index(of: line.symbol) else { return nil }
    var record = apus_record()
    record.symbol = symbol
    record.time_ms = line.timeMillis
    record.id = line.knownMillis
    record.first_id = Int64(line.order)
    switch line.kind {
    case .indicator(let type, let value):
      record.kind = EventKind.indicator.rawValue
      record.flags = type.rawValue
      record.price_e8 = Int64(bitPattern: value.bitPattern)
    case .liquidation(let sell, let price, let quantity):
      record.kind = EventKind.liquidation.rawValue
      record.flags = sell ? RecordFlags.sell : 0
      record.price_e8 = price
      record.quantity_e8 = quantity
    }
    return record
  }
}
