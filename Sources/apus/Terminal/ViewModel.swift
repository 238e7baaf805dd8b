import Domain

/// What the terminal shows at one moment: plain values, copied out of the engine's snapshots, drawn by any thread.
///
/// Prices and quantities are integers of 1e-8, times ms since the epoch. nil is "not there yet" and is shown as `-`.
struct ViewModel: Sendable {
  struct Header: Sendable {
    var venue = ""
    var mode = "paper"
    var uptimeMillis: Int64 = 0
    /// The venue's clock minus ours.
    var clockOffsetMillis: Int64?
    /// `live`, `connecting`, `reconnecting in 3 s`.
    var feed = ""
    var isFeedLive = false
    /// That carry all their streams, of how many.
    var connections: (streaming: Int, all: Int) = (0, 0)
    var entriesPaused = false
    var isClockDoubted = false
    var rest = Rest()
  }

  /// The venue's REST side.
  struct Rest: Sendable {
    /// Of the running minute.
    var usedWeight = 0
    var limitPerMinute = 0
    /// The venue asked for silence; 0: it didn't.
    var blockedForMillis: Int64 = 0
    /// Why, or the last failure; empty when all is well.
    var trouble = ""
  }

  enum SymbolState: Sendable, Equatable {
    /// 0...1 of the history that the windows want.
    case history(Double)
    /// 0...1 of the warm-up time, and what is left of it.
    case warmUp(Double, remainingMillis: Int64)
    case gap(missing: Int64)
    /// The stream was cut; its next trade is awaited.
    case awaiting(isConnected: Bool)
    /// A trade came with two contents.
    case doubt
    /// The 4 h window has a hole for so much longer.
    case incomplete(remainingMillis: Int64)
    case delisted
    case stale
    /// Ready; 0...1 of the day's window is there.
    case filling(Double)
    case ready
  }

  struct Score: Sendable {
    var strategy: String
    /// nil before the first evaluation.
    var score: Double?
    var direction: Direction?
  }

  struct Symbol: Sendable {
    var symbol: String
    var price: Int64?
    var tradeAgeMillis: Int64?
    var cvd30m: Int128?
    var cvd4h: Int128?
    var cvd24h: Int128?
    var vwap30m: Double?
    var atr: Double?
    /// A fraction: 0.001 is shown as 0.100 %.
    var atrFraction: Double?
    var scores: [Score] = []
    /// Whether the windows of 30 min, 4 h, 24 h have a hole.
    var incomplete = [false, false, false]
    var state: SymbolState = .history(0)

    /// Last price against the VWAP of 30 min, a fraction.
    var vwapDistance: Double? {
      guard let price, let vwap30m, vwap30m > 0 else { return nil }
      return FixedPoint.double(price) / vwap30m - 1
    }
  }

  struct Part: Sendable, Equatable {
    var signal: String
    var weight: Double
    /// 0...1.
    var value: Double
    var isMissing = false
  }

  struct Signal: Sendable {
    var id = ""
    var timeMillis: Int64
    var symbol: String
    var strategy: String
    var direction: Direction
    var price: Int64
    var score: Double
    var accepted: Bool
    /// Empty when accepted.
    var reason = ""
    var parts: [Part] = []
  }

  struct Position: Sendable {
    var symbol: String
    var strategy: String
    var direction: Direction
    var entryMillis: Int64
    var entryPrice: Double
    var stop: Double
    var target1: Double
    var target2: Double
    /// Units of 1e-8, what is left of it.
    var quantity: Int64
    var unrealisedR: Double?
  }

  struct ClosedTrade: Sendable {
    var symbol: String
    var strategy: String
    var direction: Direction
    var exitMillis: Int64
    var entryPrice: Double
    var exitPrice: Double
    /// `stop`, `breakeven`, `tp2`, `timeout`.
    var reason: String
    var grossR: Double
    var netR: Double
    var netUsd: Double
  }

  /// Since 00:00 UTC.
  struct Day: Sendable {
    var trades = 0
    var wins = 0
    var netR = 0.0
    var netUsd = 0.0
  }

  struct Latency: Sendable {
    /// `parse`, `decision`.
    var stage: String
    var p50Nanos: UInt64?
    var p99Nanos: UInt64?
  }

  struct Counter: Sendable {
    var name: String
    var value: UInt64
    /// Whether more than none deserves attention.
    var isTrouble = true
  }

  var header = Header()
  var symbols: [Symbol] = []
  /// Newest first.
  var signals: [Signal] = []
  var positions: [Position] = []
  /// Newest first.
  var closed: [ClosedTrade] = []
  var day = Day()
  var latencies: [Latency] = []
  var counters: [Counter] = []
  /// What the person at the keyboard wants to see.
  var explains = false
  var showsHelp = false
}
