import CClock
import CRecords
import Domain
import HotPath

/// What a replay reads, how it evaluates and what it writes. Paths are nil where nothing is to be written.
public struct ReplayRequest: Sendable {
  public var inputs: [TradeInput]
  public var strategies: [StrategyConfig]
  public var timing: EvaluationTiming = .everyTrade
  public var paper = PaperConfig()
  /// `.indicator` and `.liquidation` records of the run's symbols, ordered by known_ms.
  public var indicators: [apus_record] = []
  public var evaluationsPath: String?
  public var signalsPath: String?
  public var paperPath: String?

  public init(inputs: [TradeInput], strategies: [StrategyConfig]) {
    self.inputs = inputs
    self.strategies = strategies
  }

  /// The run's symbols; the index of each is its place here.
  public var symbols: SymbolTable { SymbolTable(inputs.map(\.symbol)) }
}

/// The numbers of a finished replay.
public struct ReplaySummary: Codable, Sendable {
  public var trades: Int64
  public var late: Int64
  public var dropped: Int64
  public var gaps: Int64
  public var evaluations: Int64
  public var signals: Int64
  public var seconds: Double
  public var tradesPerSecond: Double

  enum CodingKeys: String, CodingKey {
    case trades, late, dropped, gaps, evaluations, signals, seconds
    case tradesPerSecond = "trades_per_second"
  }
}

/// A replay: files through the engine that also trades live, with the largest T so far as `now`.
public enum ReplayRun {
  /// Trades between two calls of `progress`.
  private static let progressTrades = 1 << 16
  /// Trades that 24 h of all symbols together may have.
  private static let poolTradesMax = 512 << 20

  /// `progress` gets bytes done and bytes in all, and is asked whether to go on. Throws what stopped it; no output file
  /// then exists, under its name or a partial one.
  public static func run(_ request: ReplayRequest, progress: (Int64, Int64) -> Bool = { _, _ in true })
    throws(ReplayError) -> ReplaySummary
  {
    let symbols = request.symbols
    let merge = try TradeMerge(request.inputs, symbols: symbols)
    let files = try ReplayFiles(request, symbols: symbols.names)
    var engine = Engine(config(request, symbols: symbols))
    let outbox = Outbox()
    defer {
      engine.deallocate()
      outbox.deallocate()
    }
    let startNanos = apus_monotonic_nanos()
    var now: Int64 = .min
    var indicator = 0
    var nextKnownMillis = request.indicators.first?.id ?? .max
    var untilProgress = progressTrades
    while true {
      // SAFETY: lent until the next call, which comes when the run has been taken.
      let run = try merge.nextRun()
      if run.isEmpty { break }
      var at = 0
      while at < run.count {
        now = max(now, run[at].time_ms)
        while nextKnownMillis <= now {
          _ = engine.step(request.indicators[indicator], now: now, into: outbox)
          indicator += 1
          nextKnownMillis = indicator < request.indicators.count ? request.indicators[indicator].id : .max
        }
        at = step(run, from: at, until: nextKnownMillis, now: &now, &engine, outbox)
        if !outbox.isEmpty { try files.drain(outbox) }
      }
      untilProgress -= run.count
      if untilProgress <= 0 {
        untilProgress = progressTrades
        if !progress(merge.bytesConsumed, merge.totalBytes) { throw .stopped }
      }
    }
    if !progress(merge.totalBytes, merge.totalBytes) { throw .stopped }
    // Trades that found no room are in no window: what was computed since is wrong, so nothing may appear whole.
    if engine.counters.poolExhausted > 0 { throw .tooManyTrades(heldMax: tradesMax(request)) }
    try files.finish()
    return summary(engine.counters, nanos: apus_monotonic_nanos() - startNanos)
  }

  /// Steps trades until there are news to drain or an indicator is due before the next one; gives which is next. A function of
  /// its own, for the loop has then all registers: within `run` it cost a tenth more.
  @inline(never)
  private static func step(
    _ trades: UnsafeBufferPointer<apus_record>, from first: Int, until nextKnownMillis: Int64, now: inout Int64,
    _ engine: inout Engine, _ outbox: Outbox
  ) -> Int {
    var at = first
    var latest = now
    while at < trades.count {
      latest = max(latest, trades[at].time_ms)
      if latest >= nextKnownMillis { break }
      // The outbox is full: the same trade again, once it has been drained.
      if case .more = engine.step(trades[at], now: latest, into: outbox) { break }
      at += 1
      if !outbox.isEmpty { break }
    }
    now = latest
    return at
  }

  /// Size of a trades file, packed if it is; 0 when it cannot be told.
  public static func fileBytes(_ path: String) -> Int64 { MappedFile.size(path) }

  /// Name and version of the library that unpacks .gz and .zip.
  public static var archiveLibrary: String { ArchiveLines.library }

  private static func config(_ request: ReplayRequest, symbols: SymbolTable) -> EngineConfig {
    var config = EngineConfig(
      symbols: symbols, strategies: request.strategies, paper: request.paper, timing: request.timing,
      output: request.evaluationsPath == nil ? .none : .all, gapPolicy: .report)
    config.limits.trades = tradesMax(request)
    config.limits.heldTrades = 1
    config.limits.indicators = capacity(for: request.indicators, symbols: symbols.count)
    return config
  }

  /// More trades than the files can hold, as address space: pages are touched only as trades come. A plain row has at
  /// least 16 bytes; what an archive holds cannot be told from its size, so it gets all there is: 12 GiB of addresses.
  private static func tradesMax(_ request: ReplayRequest) -> Int {
    var bytes: Int64 = 0
    for path in request.inputs.flatMap(\.paths) {
      if LineSources.isPacked(path) { return poolTradesMax }
      bytes += fileBytes(path)
    }
    return min(poolTradesMax, Int(bytes / 16) + 4096)
  }

  /// Room for all indicators of the symbol that has the most: in a long silence they all wait at once.
  private static func capacity(for indicators: [apus_record], symbols: Int) -> Int {
    var counts = [Int](repeating: 0, count: symbols)
    for record in indicators { counts[Int(record.symbol)] += 1 }
    var capacity = 16
    while capacity < counts.max() ?? 0 { capacity *= 2 }
    return capacity
  }

  private static func summary(_ counters: EngineCounters, nanos: UInt64) -> ReplaySummary {
    let seconds = max(Double(nanos) / 1e9, 1e-9)
    return ReplaySummary(
      trades: counters.trades, late: counters.late, dropped: counters.dropped, gaps: counters.gaps,
      evaluations: counters.evaluations, signals: counters.signals, seconds: seconds,
      tradesPerSecond: (Double(counters.trades) / seconds).rounded())
  }
}
