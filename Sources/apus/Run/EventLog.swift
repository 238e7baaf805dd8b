import Domain
import Foundation

/// Everything that happens, as JSON lines in a file, for scripts: `{"event":"signal",...}`.
final class EventLog {
  private let handle: FileHandle
  private let path: String

  init(_ path: String) throws {
    self.path = path
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else { throw Failure(.io, "\(path): cannot be written: choose another --json-events") }
    self.handle = handle
  }

  func append(_ event: LogLines.Event, nowMillis: Int64) throws {
    if case .status = event { return }
    do {
      try handle.write(contentsOf: Data((Self.line(event, nowMillis: nowMillis) + "\n").utf8))
    } catch {
      throw Failure(.io, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  /// One event as a JSON object without a line end.
  static func line(_ event: LogLines.Event, nowMillis: Int64) -> String {
    let (name, members) = named(event)
    return JsonText.object([("event", JsonText.string(name)), ("now_ms", "\(nowMillis)")] + members)
  }

  private static func named(_ event: LogLines.Event) -> (String, [(String, String)]) {
    switch event {
    case .signal(let signal): ("signal", members(signal))
    case .entry(let position): ("entry", members(position))
    case .close(let trade): ("close", members(trade))
    case .gap(let symbol, let missing, let isPermanent):
      ("gap", [("symbol", JsonText.string(symbol)), ("missing", "\(missing)"), ("permanent", "\(isPermanent)")])
    case .trades(let symbol, let what, let id, let count):
      (what.rawValue, [("symbol", JsonText.string(symbol)), ("id", "\(id)"), ("count", "\(count)")])
    case .connection(let change):
      (
        "connection",
        [
          ("symbol", JsonText.string(change.symbol)), ("count", "\(change.count)"),
          ("streaming", "\(change.isStreaming)"), ("reason", JsonText.string(change.reason)),
        ]
      )
    case .feed(let state): ("feed", [("state", JsonText.string(state))])
    case .status(let model): ("status", members(model) + states(model))
    }
  }

  private static func members(_ model: ViewModel) -> [(String, String)] {
    let counters = model.counters.map { (String($0.name.map { $0 == " " ? "_" : $0 }), "\($0.value)") }
    let latencies = model.latencies.map { latency in
      (
        latency.stage,
        JsonText.object([
          ("p50_ns", latency.p50Nanos.map { "\($0)" } ?? "null"),
          ("p99_ns", latency.p99Nanos.map { "\($0)" } ?? "null"),
        ])
      )
    }
    return [
      ("uptime_ms", "\(model.header.uptimeMillis)"), ("feed", JsonText.string(model.header.feed)),
      ("connections", "\(model.header.connections.streaming)"),
      ("connections_all", "\(model.header.connections.all)"),
      ("rest_weight", "\(model.header.rest.usedWeight)"), ("rest_limit", "\(model.header.rest.limitPerMinute)"),
      ("rest_blocked_ms", "\(model.header.rest.blockedForMillis)"),
      ("rest_trouble", JsonText.string(model.header.rest.trouble)),
      ("clock_doubted", "\(model.header.isClockDoubted)"),
      ("entries_paused", "\(model.header.entriesPaused)"), ("open", "\(model.positions.count)"),
      ("day_trades", "\(model.day.trades)"), ("day_net_r", JsonText.number(model.day.netR)),
      ("day_net_usd", JsonText.number(model.day.netUsd)), ("counters", JsonText.object(counters)),
      ("latency", JsonText.object(latencies)),
    ]
  }

  private static func states(_ model: ViewModel) -> [(String, String)] {
    [
      ("symbols", "\(model.symbols.count)"),
      ("symbol_states", JsonText.string(SymbolSummary(model.symbols).text)),
    ]
  }

  private static func members(_ signal: ViewModel.Signal) -> [(String, String)] {
    let parts = signal.parts.map { part in
      JsonText.object([
        ("signal", JsonText.string(part.signal)), ("weight", JsonText.number(part.weight)),
        ("value", JsonText.number(part.value)), ("missing", "\(part.isMissing)"),
      ])
    }
    return [
      ("id", JsonText.string(signal.id)), ("time_ms", "\(signal.timeMillis)"),
      ("symbol", JsonText.string(signal.symbol)), ("strategy", JsonText.string(signal.strategy)),
      ("direction", JsonText.string(signal.direction.name)), ("price", JsonText.string(FixedPoint.text(signal.price))),
      ("score", JsonText.number(signal.score)), ("accepted", "\(signal.accepted)"),
      ("reason", JsonText.string(signal.reason)), ("parts", JsonText.array(parts)),
    ]
  }

  private static func members(_ position: ViewModel.Position) -> [(String, String)] {
    [
      ("symbol", JsonText.string(position.symbol)), ("strategy", JsonText.string(position.strategy)),
      ("direction", JsonText.string(position.direction.name)), ("time_ms", "\(position.entryMillis)"),
      ("price", JsonText.number(position.entryPrice)),
      ("quantity", JsonText.string(FixedPoint.text(position.quantity))),
      ("stop", JsonText.number(position.stop)), ("tp1", JsonText.number(position.target1)),
      ("tp2", JsonText.number(position.target2)),
    ]
  }

  private static func members(_ trade: ViewModel.ClosedTrade) -> [(String, String)] {
    [
      ("symbol", JsonText.string(trade.symbol)), ("strategy", JsonText.string(trade.strategy)),
      ("direction", JsonText.string(trade.direction.name)), ("time_ms", "\(trade.exitMillis)"),
      ("entry_price", JsonText.number(trade.entryPrice)), ("exit_price", JsonText.number(trade.exitPrice)),
      ("exit_reason", JsonText.string(trade.reason)), ("gross_r", JsonText.number(trade.grossR)),
      ("net_r", JsonText.number(trade.netR)), ("net_usd", JsonText.number(trade.netUsd)),
    ]
  }
}
