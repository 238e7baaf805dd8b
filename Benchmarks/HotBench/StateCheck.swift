import CBaselines
import CRecords
import HotPath

extension EnginePair {
  /// Every sum, quantile, ATR, score and count of a symbol, bit for bit. Both evaluate for it.
  func compare(_ row: String, at item: Int, symbol: Int = 0) throws {
    outbox.clear()
    ours.pointee.probeEvaluate(symbol, emits: true, outbox)
    apus_baseline_evaluate(theirs[symbol].handle)
    var state = theirs[symbol].state
    func check<Value: Equatable>(_ what: String, _ ours: Value, _ theirs: Value) throws {
      if ours != theirs { throw Mismatch(row, at: item, what, ours: ours, theirs: theirs) }
    }
    let windows = withUnsafeBytes(of: &state.windows) { Array($0.bindMemory(to: apus_baseline_sums.self)) }
    let scores = withUnsafeBytes(of: &state.scores) { Array($0.bindMemory(to: Double.self)) }
    let missing = withUnsafeBytes(of: &state.missing) { Array($0.bindMemory(to: UInt32.self)) }
    for strategy in 0..<outbox.evaluationCount {
      let evaluation = outbox.evaluation(strategy)
      for (index, window) in windows.enumerated() {
        try check("cvd of window \(index)", evaluation.cvd[index], Self.wide(window.cvd))
        try check("quantity of window \(index)", evaluation.quantity[index], Self.wide(window.quantity))
        try check("notional of window \(index)", evaluation.notional[index], Self.wide(window.notional))
      }
      try check("ATR", evaluation.atr.bits, state.atr.bits)
      try check("ATR share", evaluation.atrShare.bits, state.atr_share.bits)
      try check("P95", evaluation.p95, state.p95)
      try check("P99", evaluation.p99, state.p99)
      try check("whether there is an acceleration", evaluation.hasAcceleration, state.has_acceleration != 0)
      try check("acceleration", evaluation.acceleration, Self.wide(state.acceleration))
      try check("direction", Int32(evaluation.direction), state.direction)
      try check("score of strategy \(strategy)", evaluation.score.bits, scores[strategy].bits)
      try check("missing of strategy \(strategy)", UInt32(evaluation.missing), missing[strategy])
    }
    let view = ours.pointee.view(symbol)
    try check("trades in 24 h", view.tradesHeld24h, windows[2].count)
    let large = ours.pointee.probeLargeFlow(symbol)
    try check("large buys", large.buy, Self.wide(state.large_buy))
    try check("large sells", large.sell, Self.wide(state.large_sell))
    outbox.clear()
  }

  /// What both counted since they were made; of Apus only the first symbol has traded.
  func compareCounters(_ row: String) throws {
    let state = theirs[0].state
    func check(_ what: String, _ ours: Int64, _ theirs: Int64) throws {
      if ours != theirs { throw Mismatch(row, at: -1, what, ours: ours, theirs: theirs) }
    }
    try check("trades", ours.pointee.counters.trades, state.trades)
    try check("late", ours.pointee.counters.late, state.late)
    try check("dropped", ours.pointee.counters.dropped, state.dropped)
    try check("gaps", ours.pointee.counters.gaps, state.gaps)
    try check("implausible", ours.pointee.counters.implausible, state.implausible)
    try check("evaluations", ours.pointee.counters.evaluations, state.evaluations)
    try check("signals", ours.pointee.counters.signals, state.signals)
    try check("pool exhausted", ours.pointee.counters.poolExhausted, 0)
  }

  /// The signals that Apus has in its outbox against those of the baseline; both are emptied. How many there were.
  func compareSignals(_ row: String, at item: Int) throws -> Int {
    let handle = theirs[0].handle
    let count = outbox.signalCount
    let theirCount = Int(apus_baseline_fired_count(handle))
    if count != theirCount { throw Mismatch(row, at: item, "signals", ours: count, theirs: theirCount) }
    for index in 0..<count {
      let signal = outbox.signal(index)
      guard let other = apus_baseline_fired_at(handle, Int32(index))?.pointee else { continue }
      let id = withUnsafeBytes(of: other.id) { String(decoding: $0, as: UTF8.self) }
      let mine = (
        signal.id.text, signal.evaluation.timeMillis, Int32(signal.evaluation.strategy), signal.evaluation.score,
        signal.isAccepted
      )
      let their = (id, other.time_ms, other.strategy, other.score, other.accepted != 0)
      if mine != their { throw Mismatch(row, at: item, "signal", ours: mine, theirs: their) }
    }
    outbox.clear()
    apus_baseline_fired_clear(handle)
    return count
  }

  private static func wide(_ words: (UInt64, UInt64)) -> Int128 {
    Int128(truncatingIfNeeded: UInt128(words.1) << 64 | UInt128(words.0))
  }
}

extension Double {
  /// Its bits, with one for all that are not a number.
  fileprivate var bits: UInt64 { isNaN ? .max : bitPattern }
}
