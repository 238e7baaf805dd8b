import BenchMarket
import CRecords
import Domain
import HotPath
import Replay
import Settings

/// What all rows measure over: a seeded market, or a recording, made once and only when a row asks for it.
final class BenchSource {
  static let heldTrades = 2_600_000
  let seed: UInt64
  let isQuick: Bool
  let clock: TickClock
  let strategies: [StrategyConfig]
  let symbol = "BTCUSDT"
  private let recording: [apus_record]?
  private var market: SeededMarket?

  /// `recording` is an aggTrades file, plain or packed.
  init(seed: UInt64, isQuick: Bool, recording path: String?, strategies: [StrategyConfig]) throws {
    self.seed = seed
    self.isQuick = isQuick
    self.strategies = strategies
    clock = TickClock()
    recording = try path.map(Self.read)
  }

  private static func read(_ path: String) throws -> [apus_record] {
    let file = try TradeFile(path)
    var records: [apus_record] = []
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    while try file.next(into: &record) { records.append(record) }
    return records
  }

  /// Trades that are parsed or evaluated one by one.
  var itemsMax: Int { isQuick ? 1 << 20 : 1 << 21 }

  /// A market of some 35 h: the first `heldTrades` fill 24 h, then come at least a million more.
  var trades: [apus_record] {
    if let recording { return recording }
    if let market { return market.trades }
    let count = Self.heldTrades + itemsMax
    let made = SeededMarket(seed: seed, trades: count, hours: 24 * Double(count) / Double(Self.heldTrades))
    market = made
    return made.trades
  }

  /// Trades that only fill the windows before anything is timed: a quarter of a recording.
  var warmCount: Int {
    isRecorded ? trades.count / 4 : Self.heldTrades
  }

  /// For the heading.
  var origin: String {
    guard let recording else { return "a seeded market, seed \(seed)" }
    let few = recording.count < 1_000_000 ? ": few, high percentiles say little" : ""
    return "\(recording.count) of a recording\(few)"
  }

  var isRecorded: Bool { recording != nil }

  var indicators: [apus_record] {
    let all = trades
    return SeededIndicators.records(seed: seed, fromMillis: all[0].time_ms, throughMillis: all[all.count - 1].time_ms)
  }

  /// A power of two that holds all indicators waiting at once.
  var indicatorsCapacity: Int {
    var capacity = 4096
    while capacity < indicators.count { capacity *= 2 }
    return capacity
  }
}
