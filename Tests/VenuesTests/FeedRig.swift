import CRecords
import Domain
import Foundation
import HotPath
import Logging
import Synchronization

@testable import Venues

/// A feed with a ring, and what it said.
final class FeedRig: @unchecked Sendable {
  let ring: RecordRing
  let doorbell = Doorbell()
  let stages = LatencyStages()
  let feed: BinanceFeed
  let states: StateLog

  final class StateLog: Sendable {
    let all = Mutex<[FeedState]>([])
    let connections = Mutex<[ConnectionChange]>([])
  }

  init(
    host: String = "localhost", port: UInt16, ca: String?, symbols: [String] = ["BTCUSDT", "ETHUSDT"],
    ringCapacity: Int = 1_024, options: FeedOptions = FeedOptions()
  ) throws {
    ring = RecordRing(capacity: ringCapacity)
    let states = StateLog()
    self.states = states
    feed = try BinanceFeed(
      endpoints: .sim(host: host, port: port), trust: TLSTrust(caFile: ca),
      symbols: SymbolTable(symbols, room: options.symbolRoom),
      ring: ring, doorbell: doorbell, stages: stages, logger: quietLogger(), options: options,
      onState: { state in states.all.withLock { $0.append(state) } },
      onConnection: { change in states.connections.withLock { $0.append(change) } })
  }

  /// Starts, waits until `condition` or 10 s, and stops. Gives whether the condition held.
  func run(until condition: () -> Bool) throws -> Bool {
    try feed.start()
    defer { feed.stop() }
    return eventually(condition)
  }

  /// Trades alone; what the engine is told of connections goes to `news`.
  func records() -> [apus_record] {
    var trades: [apus_record] = []
    var record = apus_record()
    while ring.pop(into: &record) {
      if record.kind == EventKind.trade.rawValue { trades.append(record) } else { news.append(record) }
    }
    return trades
  }

  private(set) var news: [apus_record] = []
  /// Of the kinds that the engine has been told, those that differ from the one before.
  var turns: [EventKind] {
    news.compactMap { EventKind(rawValue: $0.kind) }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  var counts: FeedCounts { feed.counters.snapshot() }

  /// The reasons of all `down` states so far.
  var reasons: [String] {
    states.all.withLock { states in
      states.compactMap { if case .down(let reason, _) = $0 { reason } else { nil } }
    }
  }
}

/// Polls `condition` for up to `seconds`.
func eventually(seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let deadline = Date().addingTimeInterval(seconds)
  while Date() < deadline {
    if condition() { return true }
    usleep(2_000)
  }
  return condition()
}

func quietLogger() -> Logger {
  Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

func tradeFrame(_ symbol: String, id: Int64, price: String = "68005.10", sell: Bool = false) -> String {
  #"{"stream":"\#(symbol.lowercased())@aggTrade","data":{"e":"aggTrade","E":1771263510195,"a":\#(id),"#
    + #""s":"\#(symbol)","p":"\#(price)","q":"2.695","nq":"2.695","f":7297376181,"l":7297376207,"#
    + #""T":1771263510041,"m":\#(sell)}}"#
}
