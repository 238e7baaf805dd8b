/// What `ticker/24hr` tells of a symbol.
struct DayTicker {
  var candle: Candle
  var openMillis: Int64
  var closeMillis: Int64

  /// Quote over base, in 1e-8; 0 without trades.
  var averageE8: Int64 { candle.volumeE8 == 0 ? 0 : Int64(candle.quoteE16 / candle.volumeE8) }
  var changeE8: Int64 { candle.closeE8 - candle.openE8 }
  /// In 1e-8 of a percent.
  var changePercentE8: Int64 {
    candle.openE8 == 0 ? 0 : Int64(Int128(changeE8) * 100 * Int128(Decimal8.one) / Int128(candle.openE8))
  }
}

/// The last 24 hours of a symbol as one candle, in whole minutes as the venue's own ticker has them.
///
/// Joined from minute candles, with hours that are over joined once and kept: a request reads 23 hours and at most 118
/// minutes a symbol. Sums kept at every trade were rejected: highs and lows of a moving window cost a queue each, paid
/// at 50,000 trades a second for a request a minute. An answer kept for some seconds would be cheaper still, and wrong
/// for as long.
struct DayWindow {
  private static let minuteMillis: Int64 = 60_000
  private static let hourMillis: Int64 = 3_600_000
  /// Whole hours by their start.
  private var hours: [Int64: Candle] = [:]

  /// Start of the first whole minute within the 24 hours before a moment.
  static func openMillis(nowMillis: Int64) -> Int64 {
    (nowMillis - 24 * hourMillis + minuteMillis - 1) / minuteMillis * minuteMillis
  }

  /// The candle that begins at `openMillis` and has every trade since; nil when there was none yet.
  ///
  /// `knownMillis` is the moment up to which the book has every trade.
  mutating func candle(_ book: CandleBook, openMillis: Int64, knownMillis: Int64) -> Candle? {
    hours = hours.filter { $0.key >= openMillis }
    var joined: Candle?
    func join(_ next: Candle?) {
      guard let next else { return }
      if joined == nil { joined = next } else { joined?.extend(with: next) }
    }
    var start = openMillis
    while start <= knownMillis {
      if start % Self.hourMillis == 0, start + Self.hourMillis <= knownMillis {
        if hours[start] == nil { hours[start] = book.candle(.hour1, startMillis: start) }
        join(hours[start])
        start += Self.hourMillis
      } else {
        join(book.candle(.minute1, startMillis: start))
        start += Self.minuteMillis
      }
    }
    return joined
  }
}
