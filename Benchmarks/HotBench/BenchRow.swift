/// A row, or a few that share their preparation: one file in Rows/ and a line in `BenchRows.all`.
///
/// `run` compares Apus's results with the baseline's first, throws `Mismatch` where they differ, and only then times.
protocol BenchRow: Sendable {
  /// Of every row it gives; `--only` chooses by the beginning of a name.
  var names: [String] { get }
  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult]
}

enum BenchRows {
  static let all: [any BenchRow] = [
    ParseRow(), WindowRow(), EvictionRow(), SilenceRow(), TradeSumsRow(), QuantileRow(), CandleRow(), ScoreRow(),
    DecisionRow(), StampsRow(), RingRow(), ReplayRow(),
    WarmStartRow(),
  ]
}

/// Items in a timed batch: a microsecond or two, short enough to fall between two interruptions.
let batchItems = 32
