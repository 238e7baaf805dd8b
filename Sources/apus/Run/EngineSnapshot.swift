import HotPath
import Memory
import Synchronization

/// What the engine looked like at its last tick.
struct EngineSnapshot: Sendable {
  var nowMillis: Int64 = 0
  var counters: EngineCounters
  var entriesPaused = false
  var isClockDoubted = false
  var symbols: [SymbolView]
  var poolUse: (used: Int, total: Int) = (0, 1)
  /// By symbol, once the engine has ended; until then none.
  var details: [SymbolDetail] = []
}

/// Where the engine leaves its looks and others fetch them.
///
/// The engine only tries the lock: if somebody is reading, this look is left out and the next one comes in 100 ms. So
/// watching never delays a trade.
final class SnapshotBoard: Sendable {
  private struct State {
    var nowMillis: Int64 = 0
    var counters: EngineCounters
    var entriesPaused = false
    var isClockDoubted = false
    var poolUse: (used: Int, total: Int) = (0, 1)
    /// Room for all; of those listed later the rest.
    let symbols: Slab<SymbolView>
    var symbolCount: Int
    var details: [SymbolDetail] = []

    mutating func take(_ engine: borrowing Engine, nowMillis: Int64) {
      self.nowMillis = nowMillis
      counters = engine.counters
      entriesPaused = engine.entriesPaused
      poolUse = engine.poolUse()
      isClockDoubted = engine.isClockDoubted
      symbolCount = engine.symbolCount
      for index in 0..<engine.symbolCount { symbols[index] = engine.view(index) }
    }
  }

  private let state: Mutex<State>

  /// Takes a first look at an engine that hasn't run yet.
  init(_ engine: borrowing Engine) {
    let symbols = Slab<SymbolView>(count: engine.symbolRoom, repeating: engine.view(0))
    state = Mutex(State(counters: engine.counters, symbols: symbols, symbolCount: engine.symbolCount))
  }

  /// Engine's thread, between steps.
  func publish(_ engine: borrowing Engine, nowMillis: Int64) {
    state.withLockIfAvailable { $0.take(engine, nowMillis: nowMillis) }
  }

  /// The last look at an engine that has ended, and a closer one: it takes longer than a trade may wait.
  func publishEnd(_ engine: borrowing Engine, nowMillis: Int64) {
    state.withLock { state in
      state.take(engine, nowMillis: nowMillis)
      state.details = []
      for index in 0..<engine.symbolCount { state.details.append(engine.detail(index)) }
    }
  }

  /// Any other thread.
  func read() -> EngineSnapshot {
    state.withLock { state in
      EngineSnapshot(
        nowMillis: state.nowMillis, counters: state.counters, entriesPaused: state.entriesPaused,
        isClockDoubted: state.isClockDoubted, symbols: (0..<state.symbolCount).map { state.symbols[$0] },
        poolUse: state.poolUse, details: state.details)
    }
  }
}
