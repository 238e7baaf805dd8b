import CRecords

/// What measurements and their checks reach of an engine: parts of `step`, one at a time. Nothing that trades calls them.
extension Engine {
  /// A trade into windows and candles and no further, as `step` does it.
  @_noAllocation @_noLocks
  package mutating func probeTake(_ record: apus_record) {
    let index = Int(record.symbol)
    let eventMillis = symbols[index].eventMillis
    take(record, index, at: record.time_ms > eventMillis ? record.time_ms : eventMillis)
  }

  /// The windows of a symbol to a later time, as a grid point in a silence does it.
  @_noAllocation @_noLocks
  package mutating func probeAdvance(_ index: Int, to t: Int64) { symbols[index].window.advance(to: t, pool: pool) }

  /// Scores all strategies of a symbol at its present event time, firing nothing.
  @_noAllocation @_noLocks
  package mutating func probeEvaluate(_ index: Int, emits: Bool, _ outbox: Outbox) {
    evaluate(index, at: symbols[index].eventMillis, decides: false, emits: emits, outbox)
  }

  /// Large quantities of 30 min, units of 1e-8.
  package borrowing func probeLargeFlow(_ index: Int) -> (buy: Int128, sell: Int128) {
    (symbols[index].window.largeBuy, symbols[index].window.largeSell)
  }
}
