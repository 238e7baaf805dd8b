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
  }

  private let state: Mutex<State>

  /// Takes a first look at an engine that hasn't run yet.
  init(_ engine: borrowing Engine) {
    let symbols = Slab<SymbolView>(count: engine.symbolRoom, repeating: engine.view(0))
    state = Mutex(State(counters: engine.counters, symbols: symbols, symbolCount: engine.symbolCount))
  }

  /// Engine's thread, between steps.
  func publish(_ engine: borrowing Engine, nowMillis: Int64) {
    state.withLockIfAvailable { state in
      state.nowMillis = nowMillis
      state.counters = engine.counters
      state.entriesPaused = engine.entriesPaused
      state.poolUse = engine.poolUse()
      state.isClockDoubted = engine.isClockDoubted
      state.symbolCount = engine.symbolCount
      for index in 0..<engine.symbolCount { state.symbols[index] = engine.view(index) }
    }
  }

  /// Any other thread.
  func read() -> EngineSnapshot {
    state.withLock { state in
      EngineSnapshot(
        nowMillis: state.nowMillis, counters: state.counters, entriesPaused: state.entriesPaused,
        isClockDoubted: state.isClockDoubted, symbols: (0..<state.symbolCount).map { state.symbols[$0] },
        poolUse: state.poolUse)
    }
  }
}
