/// When one symbol of a synthetic market has its bursts: every so many ms one symbol, in turn from a seeded first one.
///
/// A burst is so many trades at equal distances within 100 ms. It lies within the symbol's own process, between two
/// trades that were drawn anyway, so ids and times run on through it and the other symbols do not know of it.
struct BurstSchedule {
  private static let spanMillis = 99.0
  private let trades: Int
  /// In process time, which runs `speed` times as fast as the stamps.
  private let stepMillis: Double
  private let periodMillis: Double
  /// Start of the next burst, process time; infinity without bursts.
  private var nextMillis: Double
  /// Trades of the running burst that are still to come, the next one included.
  private var left = 0
  /// When the process goes on after the burst.
  private var resumeMillis = 0.0

  init(_ settings: SyntheticMarket.Settings, symbol: Int, of symbolCount: Int) {
    trades = settings.burstTrades
    stepMillis = Self.spanMillis * settings.speed / Double(max(1, trades - 1))
    var random = Random(seed: settings.seed ^ 0xB0_57_5EED)
    let first = Int(random.next() % UInt64(symbolCount))
    let turn = (symbol - first + symbolCount) % symbolCount + 1
    let every = Double(settings.burstEveryMillis) * settings.speed
    periodMillis = every * Double(symbolCount)
    nextMillis = trades == 0 ? .infinity : Double(settings.startMillis) + every * Double(turn)
  }

  /// Whether the trade at hand is one of a burst, after which no arrival is drawn but `next` is asked.
  var isRunning: Bool { left > 0 }

  /// The time of the trade after one of a burst.
  mutating func next(after millis: Double) -> Double {
    left -= 1
    if left > 0 { return millis + stepMillis }
    return begin(before: max(resumeMillis, millis), after: millis)
  }

  /// The time of the next trade, given the arrival that was drawn: that, or the first of a burst that begins before.
  mutating func begin(before arrivalMillis: Double, after millis: Double) -> Double {
    guard nextMillis <= arrivalMillis else { return arrivalMillis }
    let start = max(nextMillis, millis)
    nextMillis += periodMillis
    resumeMillis = arrivalMillis
    left = trades
    return start
  }
}
