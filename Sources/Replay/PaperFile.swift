import Domain
import HotPath

/// paper.csv: a row per position in the order of entry, written at the end, since a later entry may close first.
final class PaperFile {
  static let header =
    "signal_id,strategy,symbol,direction,signal_time_ms,entry_time_ms,entry_price,qty,stop,tp1,tp2,exit_time_ms,"
    + "exit_price,exit_reason,gross_usd,fees_usd,net_usd,net_r\n"

  let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]
  /// By entry number.
  private var positions: [PaperPosition] = []

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    try file.row { CsvFields.text(Self.header, to: &$0) }
  }

  func append(_ event: PaperEvent) {
    let number = Int(event.position.entryNumber)
    if number == positions.count { positions.append(event.position) } else { positions[number] = event.position }
  }

  func complete() throws(ReplayError) {
    for position in positions {
      try file.row { fields(position, &$0) }
    }
    try file.complete()
  }

  private func fields(_ position: PaperPosition, _ bytes: inout [UInt8]) {
    let isClosed = position.state == .closed
    CsvFields.text(position.id.text, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(strategies[Int(position.strategy)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(symbols[Int(position.symbol)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.direction(position.direction, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(position.signalMillis, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(position.entryMillis, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.fixed(position.entryPrice, places: 8, to: &bytes)
    CsvFields.comma(&bytes)
    FixedPoint.append(Int128(position.quantity), to: &bytes)
    for level in [position.initialStop, position.takeProfit1, position.takeProfit2] {
      CsvFields.comma(&bytes)
      CsvFields.fixed(level, places: 8, to: &bytes)
    }
    CsvFields.comma(&bytes)
    if isClosed { CsvFields.integer(position.exitMillis, to: &bytes) }
    CsvFields.comma(&bytes)
    if isClosed { CsvFields.fixed(position.exitPrice, places: 8, to: &bytes) }
    CsvFields.comma(&bytes)
    CsvFields.text(isClosed ? position.exitReason.name : ExitReason.open.name, to: &bytes)
    for value in [position.grossUsd, position.feesUsd, position.netUsd, position.netR] {
      CsvFields.comma(&bytes)
      if isClosed { CsvFields.fixed(value, places: 6, to: &bytes) }
    }
    CsvFields.lineEnd(&bytes)
  }
}
