import CRecords
import Domain
import Foundation
import HotPath
import Logging
import Settings
import Testing
import Venues

@testable import apus

/// A whole run (feed, history, engine, watch) in this process, against a simulated exchange that plays faults in its own,
/// over real sockets; and the run that nothing disturbed, to compare with: the venue's own trades, one after the other.
final class FaultRig {
  let venue: SimVenue
  let session: LiveSession
  let symbols: [String]
  private var model: SessionModel
  private let strategies: [StrategyConfig]
  /// On our own clock, whatever becomes of the venue's.
  private let quiet: Date
  private(set) var events: [LogLines.Event] = []

  /// Trades happen for `seconds` after the venue's start; `scenario` are its lines.
  init(
    _ scratch: Scratch, scenario: [String], seconds: Double, venue options: [String] = [],
    symbols: [String] = ["BTCUSDT", "ETHUSDT"], tradesAll: Bool = false, inputs: EngineInputs = EngineInputs(),
    feedOptions: FeedOptions = FeedOptions(), intervals: VenueWatch.Intervals = .init(),
    namespace: NetworkNamespace? = nil
  ) throws {
    let file = scratch.file("scenario.jsonl")
    try scenario.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    venue = try SimVenue(
      "venue", in: scratch,
      [
        // Long enough for ATR, and for the day to differ from 4 h.
        "--history-hours", "5", "--rate", "0.4", "--rate-total", "40", "--quiet-after", "\(seconds)", "--scenario",
        file,
        "--symbols", symbols.joined(separator: ","),
      ] + options, namespace: namespace)
    quiet = Date(timeIntervalSince1970: Double(venue.startMillis) / 1_000 + seconds)
    self.symbols = symbols
    var raw = try RunConfig.raw(file: nil, environment: [:])
    func set(_ path: String, _ value: ConfigValue) { raw.apply(option: "test", path: path, value: value) }
    set("venue.environment", .text("sim"))
    set("venue.rest_url", .text("https://\(venue.host):\(venue.port)"))
    set("venue.stream_url", .text("wss://\(venue.host):\(venue.port)"))
    set("venue.ca_file", .text(venue.authority))
    set("symbols", .texts(tradesAll ? ["all"] : symbols))
    let config = try RunConfig(raw)
    strategies = try StrategyFile.loadAll(try ShippedStrategies.paths(), catalog: SignalCatalog.all)
    session = try LiveSession(
      config, strategies: strategies, name: "faults", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      inputs: inputs, feedOptions: feedOptions, intervals: intervals)
    model = SessionModel(session, venue: "sim")
  }

  /// Runs until the trades are over and the engine has all of them, at most so long; then stops. False: it never had.
  func run(mostSeconds: Double, while running: () -> Void = {}) throws -> Bool {
    try session.start()
    defer { session.stop() }
    let hasAll = eventually(seconds: mostSeconds) {
      events += model.takeEvents()
      running()
      return Date() > quiet.addingTimeInterval(0.5) && isSettled()
    }
    // One more look at the clock, so that ticks pass what they may.
    usleep(300_000)
    events += model.takeEvents()
    return hasAll
  }

  private func isSettled() -> Bool {
    let views = session.engine.board.read().symbols
    guard views.count == symbols.count else { return false }
    for (index, view) in views.enumerated() {
      guard view.phase == .flowing || view.phase == .awaiting, view.held == 0, !view.isSuspect, !view.isRebuilding,
        session.history.share(index) == 1, view.lastId == newestId(symbols[index])
      else { return false }
    }
    return true
  }

  private var newest: [String: Int64] = [:]
  /// The last trade there will be; asked once, when trades are over.
  private func newestId(_ symbol: String) -> Int64 {
    if let known = newest[symbol] { return known }
    guard let page = try? rest().aggTrades(symbol: symbol, symbolIndex: 0, from: .newest, limit: 1) else { return -1 }
    newest[symbol] = page.last?.id
    return page.last?.id ?? -1
  }

  private func rest() throws -> BinanceRest {
    try BinanceRest(
      endpoints: .sim(host: venue.host, port: venue.port), trust: TLSTrust(caFile: venue.authority),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  var snapshot: EngineSnapshot { session.engine.board.read() }
  /// The engine knows that nothing comes for any symbol.
  var isCutOff: Bool {
    let views = snapshot.symbols
    return views.count == symbols.count && views.allSatisfy { $0.phase == .awaiting }
  }
  /// So many seconds after the venue's start.
  func moment(_ seconds: Double) -> Date { Date(timeIntervalSince1970: Double(venue.startMillis) / 1_000 + seconds) }

  var feed: FeedCounts { session.feed.counters.snapshot() }

  /// What was told of trades missing for good.
  var permanentGaps: Int {
    events.count { if case .gap(_, _, true) = $0 { true } else { false } }
  }

  // MARK: the undisturbed run

  /// Compares every window, candle and quantile of each symbol with those over the venue's own trades.
  /// `young` symbols have no history, and so no ATR to compare.
  func expectUndisturbed(young: Set<String> = []) throws {
    let end = snapshot
    try #require(end.details.count == symbols.count)
    for (index, symbol) in symbols.enumerated() {
      let view = end.symbols[index]
      let expected = try reference(symbol, at: view.eventMillis, isDelisted: view.isDelisted)
      #expect(Self.fields(view, end.details[index]) == expected, "\(symbol)")
      if young.contains(symbol) { continue }
      #expect(!view.atr.isNaN && view.cvd[1] != view.cvd[2], "\(symbol): too short a history to compare")
    }
    #expect(permanentGaps == 0)
  }

  private func reference(_ symbol: String, at eventMillis: Int64, isDelisted: Bool) throws -> [String] {
    var limits = EngineLimits()
    limits.trades = 1 << 18
    let config = EngineConfig(
      symbols: SymbolTable([symbol]), strategies: strategies, output: .none, gapPolicy: .report, limits: limits)
    var engine = Engine(config)
    defer { engine.deallocate() }
    let outbox = Outbox()
    defer { outbox.deallocate() }
    var now: Int64 = 0
    func step(_ record: apus_record) {
      now = max(now, record.time_ms)
      while true {
        let outcome = engine.step(record, now: now, into: outbox)
        outbox.clear()
        if case .done = outcome { return }
      }
    }
    let rest = try rest()
    var next: Int64 = 0
    while true {
      let page = try rest.aggTrades(symbol: symbol, symbolIndex: 0, from: .fromId(next), attempts: 3)
      for var record in page {
        record.kind = EventKind.trade.rawValue
        step(record)
      }
      guard let last = page.last, page.count == BinanceRest.aggTradesLimit else { break }
      next = last.id + 1
    }
    var tick = apus_record()
    tick.kind = EventKind.tick.rawValue
    tick.time_ms = eventMillis + 2_000
    step(tick)
    if isDelisted {
      var record = apus_record()
      record.kind = EventKind.delisted.rawValue
      step(record)
    }
    return Self.fields(engine.view(0), engine.detail(0))
  }

  private static func fields(_ view: SymbolView, _ detail: SymbolDetail) -> [String] {
    [
      "last id \(view.lastId)", "event \(view.eventMillis)", "first \(view.firstMillis)", "price \(view.price)",
      "trades 24 h \(view.tradesHeld24h)", "cvd \(view.cvd[0]) \(view.cvd[1]) \(view.cvd[2])",
      "vwap \(view.notional) \(view.quantity)", "atr \(view.atr.bitPattern)", "p99 \(view.p99)",
      "large \(view.largeBuy) \(view.largeSell)", "p95 \(detail.p95)",
      "candles \(detail.closedCandles) \(detail.lastClose)",
      "candle \(detail.open) \(detail.high) \(detail.low) \(detail.close)",
      "grid \(detail.gridMillis) \(detail.slope) \(detail.acceleration)", "hole \(view.holeMillis)",
      "incomplete \(view.incompleteUntilMillis)",
    ]
  }
}
