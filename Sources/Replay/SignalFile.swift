import Domain
import HotPath

/// signals.csv: a row per fired signal, accepted or not.
final class SignalFile {
  static let header = "time_ms,symbol,strategy,direction,agg_id,price,score,atr,accepted,reason,signal_id\n"

  private let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    CsvFields.text(Self.header, to: &file.buffer)
  }

  func append(_ signal: FiredSignal) throws(ReplayError) {
    let row = signal.evaluation
    CsvFields.integer(row.timeMillis, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(symbols[Int(row.symbol)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(strategies[Int(row.strategy)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.direction(row.direction, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.integer(row.aggId, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    FixedPoint.append(Int128(row.price), to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.score(row.score, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.fixed(row.atr, places: 8, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(signal.isAccepted ? "true" : "false", to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(signal.reason.text, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(signal.id.text, to: &file.buffer)
    CsvFields.lineEnd(&file.buffer)
    try file.rowDone()
  }

  func complete() throws(ReplayError) { try file.complete() }

  func publish() throws(ReplayError) { try file.publish() }
}
