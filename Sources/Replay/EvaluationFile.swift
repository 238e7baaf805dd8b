import Domain
import HotPath

/// evaluations.csv: a row per evaluation and strategy.
final class EvaluationFile {
  static let header =
    "time_ms,symbol,strategy,agg_id,price,cvd_30m,cvd_4h,cvd_24h,vwap_30m,vwap_4h,vwap_24h,atr,p95,p99,accel,direction,"
    + "score,missing\n"

  private let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]
  /// ATR changes once in five minutes; its text is kept.
  private var atr = Double.nan
  private var atrText: [UInt8] = []

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    CsvFields.text(Self.header, to: &file.buffer)
  }

  func append(_ row: Evaluation) throws(ReplayError) {
    CsvFields.integer(row.timeMillis, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(symbols[Int(row.symbol)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.text(strategies[Int(row.strategy)], to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.integer(row.aggId, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    FixedPoint.append(Int128(row.price), to: &file.buffer)
    for window in 0..<3 {
      CsvFields.comma(&file.buffer)
      FixedPoint.append(row.cvd[window], to: &file.buffer)
    }
    for window in 0..<3 {
      CsvFields.comma(&file.buffer)
      // 1e-16 over 1e-8 is a price in 1e-8.
      if row.quantity[window] > 0 {
        FixedPoint.appendRatio(row.notional[window], over: row.quantity[window], to: &file.buffer)
      }
    }
    CsvFields.comma(&file.buffer)
    appendAtr(row.atr)
    CsvFields.comma(&file.buffer)
    if row.p95 >= 0 { FixedPoint.append(Int128(row.p95), to: &file.buffer) }
    CsvFields.comma(&file.buffer)
    if row.p99 >= 0 { FixedPoint.append(Int128(row.p99), to: &file.buffer) }
    CsvFields.comma(&file.buffer)
    if row.hasAcceleration { FixedPoint.append(row.acceleration, to: &file.buffer) }
    CsvFields.comma(&file.buffer)
    CsvFields.direction(row.direction, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    CsvFields.score(row.score, to: &file.buffer)
    CsvFields.comma(&file.buffer)
    appendMissing(row.missing)
    CsvFields.lineEnd(&file.buffer)
    try file.rowDone()
  }

  func complete() throws(ReplayError) { try file.complete() }

  func publish() throws(ReplayError) { try file.publish() }

  private func appendAtr(_ value: Double) {
    if value.bitPattern != atr.bitPattern {
      atr = value
      atrText.removeAll(keepingCapacity: true)
      CsvFields.fixed(value, places: 8, to: &atrText)
    }
    file.buffer.append(contentsOf: atrText)
  }

  private func appendMissing(_ missing: UInt16) {
    if missing == 0 { return }
    var isFirst = true
    for (kind, signal) in SignalCatalog.all.enumerated() where missing & (1 << UInt16(kind)) != 0 {
      if !isFirst { file.buffer.append(UInt8(ascii: ";")) }
      isFirst = false
      CsvFields.text(signal.name, to: &file.buffer)
    }
  }
}
