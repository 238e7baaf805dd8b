import Domain
import HotPath

/// evaluations.csv: a row per evaluation and strategy.
final class EvaluationFile {
  static let header =
    "time_ms,symbol,strategy,agg_id,price,cvd_30m,cvd_4h,cvd_24h,vwap_30m,vwap_4h,vwap_24h,atr,p95,p99,accel,direction,"
    + "score,missing\n"

  let file: OutputFile
  private let symbols: [String]
  private let strategies: [String]
  /// ATR changes once in five minutes; its text is kept.
  private var atr = Double.nan
  private var atrText: [UInt8] = []

  init(_ path: String, symbols: [String], strategies: [String]) throws(ReplayError) {
    file = try OutputFile(path)
    self.symbols = symbols
    self.strategies = strategies
    try file.row { CsvFields.text(Self.header, to: &$0) }
  }

  func append(_ row: Evaluation) throws(ReplayError) { try file.row { fields(row, &$0) } }

  private func fields(_ row: Evaluation, _ bytes: inout [UInt8]) {
    CsvFields.integer(row.timeMillis, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(symbols[Int(row.symbol)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.text(strategies[Int(row.strategy)], to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.integer(row.aggId, to: &bytes)
    CsvFields.comma(&bytes)
    FixedPoint.append(Int128(row.price), to: &bytes)
    for window in 0..<3 {
      CsvFields.comma(&bytes)
      FixedPoint.append(row.cvd[window], to: &bytes)
    }
    for window in 0..<3 {
      CsvFields.comma(&bytes)
      // 1e-16 over 1e-8 is a price in 1e-8.
      if row.quantity[window] > 0 {
        FixedPoint.appendRatio(row.notional[window], over: row.quantity[window], to: &bytes)
      }
    }
    CsvFields.comma(&bytes)
    appendAtr(row.atr, &bytes)
    CsvFields.comma(&bytes)
    if row.p95 >= 0 { FixedPoint.append(Int128(row.p95), to: &bytes) }
    CsvFields.comma(&bytes)
    if row.p99 >= 0 { FixedPoint.append(Int128(row.p99), to: &bytes) }
    CsvFields.comma(&bytes)
    if row.hasAcceleration { FixedPoint.append(row.acceleration, to: &bytes) }
    CsvFields.comma(&bytes)
    CsvFields.direction(row.direction, to: &bytes)
    CsvFields.comma(&bytes)
    CsvFields.score(row.score, to: &bytes)
    CsvFields.comma(&bytes)
    appendMissing(row.missing, &bytes)
    CsvFields.lineEnd(&bytes)
  }

  func complete() throws(ReplayError) { try file.complete() }

  private func appendAtr(_ value: Double, _ bytes: inout [UInt8]) {
    if value.bitPattern != atr.bitPattern {
      atr = value
      atrText.removeAll(keepingCapacity: true)
      CsvFields.fixed(value, places: 8, to: &atrText)
    }
    bytes.append(contentsOf: atrText)
  }

  private func appendMissing(_ missing: UInt16, _ bytes: inout [UInt8]) {
    if missing == 0 { return }
    var isFirst = true
    for (kind, signal) in SignalCatalog.all.enumerated() where missing & (1 << UInt16(kind)) != 0 {
      if !isFirst { bytes.append(UInt8(ascii: ";")) }
      isFirst = false
      CsvFields.text(signal.name, to: &bytes)
    }
  }
}
