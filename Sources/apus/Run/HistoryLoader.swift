import CRecords
import Domain
import HotPath
import Logging
import Replay
import Synchronization
import Venues

/// Fills the windows before the live stream takes over: from files first, then from REST what the files lack.
///
/// A thread of its own reads the files into the history ring; when it is done it starts `BinanceHistory`, which goes on
/// pushing to the same ring: one producer after the other.
final class HistoryLoader: Sendable {
  /// What REST still serves: 24 h by the documentation. A file that ends before can't be joined to the live stream.
  private static let joinableMillis: Int64 = 24 * 3_600_000

  private struct State {
    var thread: VenueThread?
    var rest: BinanceHistory?
    /// By symbol: 0...1 of its files' bytes.
    var fileShare: [Double]
    var failure: Failure?
  }

  private let setup: VenueSetup
  private let symbols: SymbolTable
  private let files: [String: [String]]
  private let inputs: EngineInputs
  private let clock: EngineClock
  private let logger: Logger
  private let isStopping = Atomic<Bool>(false)
  private let state: Mutex<State>

  init(
    _ setup: VenueSetup, symbols: SymbolTable, files: [String: [String]], inputs: EngineInputs, clock: EngineClock,
    logger: Logger
  ) {
    self.setup = setup
    self.symbols = symbols
    self.files = files
    self.inputs = inputs
    self.clock = clock
    self.logger = logger
    state = Mutex(State(fileShare: symbols.names.map { files[$0] == nil ? 1 : 0 }))
  }

  func start() throws {
    let thread = try VenueThread(name: "history-files") { [self] in run() }
    state.withLock { $0.thread = thread }
  }

  /// Ends both threads and waits for them.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    let thread = state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
    thread?.join()
    state.withLock { $0.rest }?.stop()
  }

  /// A file that cannot be read ends the run: warming up on half of it would look like success.
  var failure: Failure? { state.withLock { $0.failure } }

  /// Asks REST for ids that the live stream skipped; until the files are read the engine asks again by itself.
  func request(_ gap: GapEvent) {
    let rest = state.withLock { $0.rest }
    rest?.requestGap(symbolIndex: Int(gap.symbol), fromId: gap.fromId, throughId: gap.throughId)
  }

  /// 0...1 of a symbol's history. Files and REST count half each where there are files.
  func share(_ index: Int) -> Double {
    let (fileShare, rest) = state.withLock { ($0.fileShare[index], $0.rest) }
    let restShare = rest?.progress[index].share ?? 0
    return files[symbols.names[index]] == nil ? restShare : (fileShare + restShare) / 2
  }

  /// Requests that the venue limited, and pages that failed.
  var counts: HistoryCounts { state.withLock { $0.rest }?.counts ?? .init() }

  private func run() {
    do {
      var fromIds: [Int64?] = []
      for index in symbols.names.indices { fromIds.append(try load(index)) }
      if isStopping.load(ordering: .relaxed) { return }
      let rest = try BinanceHistory(
        endpoints: setup.endpoints, trust: setup.trust, symbols: symbols, fromIds: fromIds, ring: inputs.history,
        doorbell: inputs.doorbell, logger: logger)
      state.withLock { $0.rest = rest }
      try rest.start()
    } catch let error as ReplayError {
      fail(Failure(error, context: "history: "))
    } catch {
      fail(Failure(.unavailable, "history: \(error)"))
    }
  }

  private func fail(_ failure: Failure) { state.withLock { $0.failure = failure } }

  /// Loads one symbol's files; gives the id that REST goes on from, or nil where REST must begin itself.
  private func load(_ index: Int) throws -> Int64? {
    var last = apus_record()
    var loaded = 0
    for path in files[symbols.names[index]] ?? [] {
      let file = try TradeFile(path)
      let bytes = max(1, ReplayRun.fileBytes(path))
      while try file.next(into: &last) {
        last.kind = EventKind.historyTrade.rawValue
        last.symbol = UInt32(index)
        while !inputs.history.push(last) {
          if isStopping.load(ordering: .relaxed) { return nil }
          inputs.doorbell.ring()
          Pause.millis(1)
        }
        loaded += 1
        if loaded % 4096 == 0 {
          state.withLock { $0.fileShare[index] = min(1, Double(file.bytesConsumed) / Double(bytes)) }
        }
      }
      inputs.doorbell.ring()
    }
    state.withLock { $0.fileShare[index] = 1 }
    guard loaded > 0 else { return nil }
    logger.info("history: \(loaded) trades of \(symbols.names[index]) from files")
    if last.time_ms < clock.nowMillis() - Self.joinableMillis {
      logger.warning(
        "history: the files of \(symbols.names[index]) end more than 24 h ago: REST begins anew after them")
      return nil
    }
    return last.id + 1
  }
}
