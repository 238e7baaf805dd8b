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
  /// Older rows of a file are passed over: no window reaches so far, and the engine takes none older than a week.
  private static let usefulMillis: Int64 = 6 * 86_400_000
  /// What REST still serves: 24 h by the documentation. A file that ends before can't be joined to the live stream.
  private static let joinableMillis: Int64 = 24 * 3_600_000
  /// How long REST waits for the streams; a venue that is slower, or down, keeps nobody's past waiting.
  private static let streamsMillis: Int64 = 10_000

  private struct State {
    var rest: BinanceHistory?
    /// By symbol: 0...1 of its files' bytes.
    var fileShare: [Double]
    var failure: Failure?
  }

  private let setup: VenueSetup
  private let symbols: [String]
  private let options: BinanceHistory.Options
  private let onDeaf: @Sendable (Int) -> Void
  private let isStreaming: @Sendable () -> Bool
  private let files: [String: [String]]
  private let inputs: EngineInputs
  private let clock: EngineClock
  private let logger: Logger
  private let thread = RunThread("history-files")
  private let state: Mutex<State>

  /// `isStreaming`: whether all streams are subscribed; any thread.
  init(
    _ setup: VenueSetup, symbols: [String], files: [String: [String]], inputs: EngineInputs, clock: EngineClock,
    options: BinanceHistory.Options, logger: Logger, onDeaf: @escaping @Sendable (Int) -> Void,
    isStreaming: @escaping @Sendable () -> Bool
  ) {
    self.setup = setup
    self.symbols = symbols
    self.options = options
    self.onDeaf = onDeaf
    self.isStreaming = isStreaming
    self.files = files
    self.inputs = inputs
    self.clock = clock
    self.logger = logger
    state = Mutex(State(fileShare: symbols.map { files[$0] == nil ? 1 : 0 }))
  }

  func start() throws(VenueError) { try thread.start { [self] in run() } }

  /// Ends both threads and waits for them.
  func stop() {
    thread.stop()
    state.withLock { $0.rest }?.stop()
  }

  /// A file that cannot be read ends the run: warming up on half of it would look like success.
  var failure: Failure? { state.withLock { $0.failure } }

  /// Asks REST for ids that the live stream skipped; until the files are read the engine asks again by itself.
  func request(_ gap: GapEvent) {
    let rest = state.withLock { $0.rest }
    rest?.request(gap)
  }

  /// A symbol listed now; false while the files are still read, after which it must be asked again.
  func add(_ symbol: String) -> Bool {
    state.withLock { state in
      guard let rest = state.rest else { return false }
      state.fileShare.append(1)
      rest.add(symbol)
      return true
    }
  }

  /// Whose windows fill from the live stream alone.
  func isLiveOnly(_ index: Int) -> Bool {
    let progress = state.withLock { $0.rest }?.progress ?? []
    return progress.indices.contains(index) && progress[index].isLiveOnly
  }

  /// 0...1 of a symbol's history. Files and REST count half each where there are files.
  func share(_ index: Int) -> Double {
    let (fileShare, rest) = state.withLock {
      ($0.fileShare.indices.contains(index) ? $0.fileShare[index] : 1, $0.rest)
    }
    let progress = rest?.progress ?? []
    let restShare = progress.indices.contains(index) ? progress[index].share : 0
    return symbols.indices.contains(index) && files[symbols[index]] != nil ? (fileShare + restShare) / 2 : restShare
  }

  /// Requests that the venue limited, and pages that failed.
  var counts: HistoryCounts { state.withLock { $0.rest }?.counts ?? .init() }

  private func run() {
    do {
      var beginnings: [BinanceHistory.Beginning] = []
      for index in symbols.indices {
        beginnings.append(.init(fromId: try load(index), tradesPerDay: setup.selection.tradesPerDay[index]))
      }
      awaitStreams()
      if thread.isStopping { return }
      let rest = BinanceHistory(
        rest: setup.rest, symbols: symbols, beginnings: beginnings, ring: inputs.history, doorbell: inputs.doorbell,
        logger: logger, options: options, onDeaf: onDeaf)
      state.withLock { $0.rest = rest }
      try rest.start()
    } catch let error as ReplayError {
      fail(Failure(error, context: "history: "))
    } catch {
      fail(Failure(.unavailable, "history: \(error)"))
    }
  }

  /// REST first, streams second would lose the first trades of a symbol that had none before: there is no id that tells a
  /// hole. The other way round every trade is in one of both.
  private func awaitStreams() {
    let deadline = ContinuousClock.now + .milliseconds(Self.streamsMillis)
    while !isStreaming(), ContinuousClock.now < deadline, !thread.isStopping {
      Pause.millis(10)
    }
  }

  private func fail(_ failure: Failure) { state.withLock { $0.failure = failure } }

  /// Loads one symbol's files; gives the id that REST goes on from, or nil where REST must begin itself.
  private func load(_ index: Int) throws -> Int64? {
    var last = apus_record()
    var loaded = 0
    let oldestMillis = clock.nowMillis() - Self.usefulMillis
    for path in files[symbols[index]] ?? [] {
      let file = try TradeFile(path)
      let bytes = max(1, ReplayRun.fileBytes(path))
      while try file.next(into: &last) {
        last.kind = EventKind.historyTrade.rawValue
        last.symbol = UInt32(index)
        // No window reaches so far back.
        if last.time_ms < oldestMillis { continue }
        while !inputs.history.push(last) {
          if thread.isStopping { return nil }
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
    logger.info("history: \(loaded) trades of \(symbols[index]) from files")
    if last.time_ms < clock.nowMillis() - Self.joinableMillis {
      logger.warning(
        "history: the files of \(symbols[index]) end more than 24 h ago: REST begins anew without them")
      return nil
    }
    return last.id + 1
  }
}
