/// The minute candles of one symbol, without holes; longer ones are joined from them on demand.
///
/// Kept beside the tape so that 1,500 candles do not mean a walk over days of trades.
public struct CandleBook {
  private var minutes: [Candle] = []
  private static let minuteMillis: Int64 = 60_000
  /// A week of minutes; older ones are dropped a day at a time.
  private static let maxMinutes = 10_080

  public init() {}

  public var isEmpty: Bool { minutes.isEmpty }

  /// Start of the oldest minute kept.
  public var firstMillis: Int64? { minutes.first?.startMillis }

  public mutating func add(_ trade: AggTrade) {
    let start = trade.timeMillis - trade.timeMillis % Self.minuteMillis
    if minutes.isEmpty { minutes.append(Candle(startMillis: start, flatAtE8: trade.priceE8)) }
    fill(through: start)
    minutes[minutes.count - 1].add(trade)
  }

  /// Opens flat candles up to the minute that a moment lies in.
  public mutating func fill(through timeMillis: Int64) {
    guard var last = minutes.last else { return }
    while last.startMillis + Self.minuteMillis <= timeMillis {
      last = Candle(startMillis: last.startMillis + Self.minuteMillis, flatAtE8: last.closeE8)
      minutes.append(last)
    }
    if minutes.count > Self.maxMinutes + 1_440 { minutes.removeFirst(1_440) }
  }

  /// The candle of an interval that starts at `startMillis`; nil when nothing is known of it.
  public func candle(_ interval: KlineInterval, startMillis: Int64) -> Candle? {
    guard let first = minutes.first else { return nil }
    let from = max(0, (startMillis - first.startMillis) / Self.minuteMillis)
    let upTo = min(Int64(minutes.count), (startMillis + interval.millis - first.startMillis) / Self.minuteMillis)
    guard startMillis + interval.millis > first.startMillis, from < upTo else { return nil }
    var joined = minutes[Int(from)]
    joined.startMillis = startMillis
    for index in (from + 1)..<max(upTo, from + 1) { joined.extend(with: minutes[Int(index)]) }
    return joined
  }

  /// Candles with `from` <= start <= `through`, oldest first.
  public func candles(_ interval: KlineInterval, from: Int64, through: Int64) -> [Candle] {
    guard let first = minutes.first, let last = minutes.last else { return [] }
    var start = interval.start(of: max(from, first.startMillis))
    if start < from, from > first.startMillis { start += interval.millis }
    var result: [Candle] = []
    while start <= through, start <= last.startMillis {
      if let candle = candle(interval, startMillis: start) { result.append(candle) }
      start += interval.millis
    }
    return result
  }
}
