import Foundation
import Simulation

/// The files a run leaves for others: the history as archive CSV, and the indicators.
struct HistoryFiles {
  let options: SimOptions

  func write(_ venue: SimulatedVenue, _ market: MarketChoice, startMillis: Int64) throws {
    if let folder = options.writeHistory {
      try attempt(folder) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      for instrument in venue.instruments {
        guard let tape = venue.tape(instrument.symbol), tape.count > 0 else { continue }
        let path = "\(folder)/\(instrument.symbol)-aggTrades.csv"
        try attempt(path) { try Data(ArchiveCSV.bytes(tape)).write(to: URL(fileURLWithPath: path)) }
      }
    }
    if let path = options.writeIndicators {
      var script = WireText(capacity: 1 << 20)
      IndicatorScript(
        seed: options.seed, startMillis: startMillis, instruments: venue.instruments, directions: market.directions
      ).write(lastPricesE8: venue.lastPricesE8, into: &script)
      try attempt(path) { try Data(script.bytes).write(to: URL(fileURLWithPath: path)) }
    }
  }

  /// At the end.
  func writeTotals(_ venue: SimulatedVenue) throws {
    guard let path = options.writeTotals else { return }
    try attempt(path) { try Data(venue.totals()).write(to: URL(fileURLWithPath: path)) }
  }

  private func attempt(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      throw SimFailure.output("cannot write \(path): \(error.localizedDescription)")
    }
  }
}
