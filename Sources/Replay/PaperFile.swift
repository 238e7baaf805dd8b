import Domain
import HotPath

/// paper.csv: a row per position in the order of entry, written at the end, since a later entry may close first.
final class PaperFile {
  static let header =
    "signal_id,strategy,symbol,direction,signal_time_ms,entry_time_ms,entry_price,qty,stop,tp1,tp2,exit_time_ms,"
    + "exit_price,exit_reason,gross_usd,fees_usd,net_usd,net_r\n"

  private let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]
  /// By entry number.
  private var positions: [PaperPosition] = []

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    CsvFields.text(Self.header, to: &file.buffer)
  }

  func append(_ event: PaperEvent) {
    let number = Int(event.position.entryNumber)
    if number == positions.count { positions.append(event.position) } else { positions[number] = event.position }
  }

  func complete() throws(ReplayError) {
    for position in positions {
      row(position)
      try file.rowDone()
    }
    try file.complete()
  }

  func publish() throws(ReplayError) { try file.publish() }

  private func row(_ position: PaperPosition) {
    let isClosed = position.state == .closed
    CsvFields.text(position.id.text, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(strategies[Int(position.strategy)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(symbols[Int(position.symbol)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.direction(position.direction, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.integer(position.signalMillis, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.integer(position.entryMillis, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.fixed(position.entryPrice, places: 8, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    FixedPoint.append(Int128(position.quantity), to: &file.buffer)
    for level in [position.initialStop, position.takeProfit1, position.takeProfit2] {
      CsvFields.comma(&file.buffer)
      CsvFields.fixed(level, places: 8, to: &file.buffer)
    }
    CsvFields.comma(&file.buffer)
    if isClosed { CsvFields.integer(position.exitMillis, to: &file.buffer) }
    CsvFields.comma(&file.buffer)
    if isClosed { CsvFields.fixed(position.exitPrice, places: 8, to: &file.buffer) }
    CsvFields.comma(&file.buffer)
    CsvFields.text(isClosed ? position.exitReason.name : ExitReason.open.name, to: &file.buffer)
    for value in [position.grossUsd, position.feesUsd, position.netUsd, position.netR] {
      CsvFields.comma(&file.buffer)
      if isClosed { CsvFields.fixed(value, places: 6, to: &file.buffer) }
    }
    CsvFields.lineEnd(&file.buffer)
  }
}
