import Domain
import HotPath

/// signals.csv: a row per fired signal, accepted or not.
final class SignalFile {
  static let header = "time_ms,symbol,strategy,direction,agg_id,price,score,atr,accepted,reason,signal_id\n"

  let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    try file.row { CsvFields.text(Self.header, to: &$0) }
  }

  func append(_ signal: FiredSignal) throws(ReplayError) { try file.row { fields(signal, &$0) } }

  private func fields(_ signal: FiredSignal, _ bytes: inout [UInt8]) {
    let row = signal.evaluation
    CsvFields.integer(row.timeMillis, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(symbols[Int(row.symbol)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(strategies[Int(row.strategy)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.direction(row.direction, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(row.aggId, to: &bytes)
    CsvFields.comma(&bytes)
    FixedPoint.append(Int128(row.price), to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.score(row.score, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.fixed(row.atr, places: 8, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(signal.isAccepted ? "true" : "false", to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(signal.reason.text, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(signal.id.text, to: &bytes)
    CsvFields.lineEnd(&bytes)
  }

  func complete() throws(ReplayError) { try file.complete() }
}
