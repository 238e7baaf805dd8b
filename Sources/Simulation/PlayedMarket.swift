/// A recording as a market, its times moved so that it starts at a given moment.
public struct PlayedMarket: Market {
  public let instruments: [Instrument]
  /// Trades a second of the recording at its own pace, after the part that is history.
  public let tradesPerSecond: Double
  private let events: [MarketEvent]
  private var position = 0

  /// `historyMillis` of the recording's beginning lie before `startMillis`; what follows runs `speed` times as fast.
  public init(tracks: [RecordingReader.Track], startMillis: Int64, historyMillis: Int64 = 0, speed: Double = 1) {
    precondition(!tracks.isEmpty && speed > 0, "a recording has trades and a pace")
    instruments = tracks.map(Self.instrument)
    let begins = tracks.map { $0.trades[0].timeMillis }
    let first = begins.min() ?? 0
    // Recordings of one hour keep their distance; of different days, each starts now.
    let areTogether = (begins.max() ?? 0) - first < 3_600_000
    var all: [MarketEvent] = []
    var liveCount = 0
    var liveMillis: Int64 = 1
    for (symbol, track) in tracks.enumerated() {
      let pivot = (areTogether ? first : begins[symbol]) + historyMillis
      let clock = Rebase(pivotMillis: pivot, startMillis: startMillis, speed: speed)
      all += track.trades.map { .trade(symbol: symbol, clock.moved($0)) }
      all += track.quotes.map { .quote(symbol: symbol, clock.moved($0)) }
      all += track.marks.map { .mark(symbol: symbol, clock.moved($0)) }
      liveCount += track.trades.count { $0.timeMillis > pivot }
      liveMillis = max(liveMillis, (track.trades.last?.timeMillis ?? pivot) - pivot)
    }
    tradesPerSecond = Double(liveCount) * 1_000 / Double(liveMillis)
    let order = all.indices.sorted { (all[$0].timeMillis, $0) < (all[$1].timeMillis, $1) }
    events = order.map { all[$0] }
  }

  public mutating func next(through limitMillis: Int64) -> MarketEvent? {
    guard position < events.count, events[position].timeMillis <= limitMillis else { return nil }
    defer { position += 1 }
    return events[position]
  }

  /// The known contract when the recording fits its grid; else one whose grid the recording's decimals give.
  private static func instrument(_ track: RecordingReader.Track) -> Instrument {
    let known = InstrumentCatalog.known.first { $0.symbol == track.symbol }
    if let known, known.pricePrecision >= track.priceDigits, known.quantityPrecision >= track.quantityDigits {
      return known
    }
    let price = Double(track.trades[0].priceE8) / 1e8
    return Instrument(
      symbol: track.symbol, price: price, tickDigits: track.priceDigits, lotDigits: track.quantityDigits)
  }
}

/// Moves a recording's times.
private struct Rebase {
  let pivotMillis: Int64
  let startMillis: Int64
  let speed: Double

  func moved(_ timeMillis: Int64) -> Int64 {
    let distance = timeMillis - pivotMillis
    guard distance > 0, speed != 1 else { return startMillis + distance }
    return startMillis + Int64(Double(distance) / speed)
  }

  func moved(_ trade: AggTrade) -> AggTrade {
    var trade = trade
    trade.timeMillis = moved(trade.timeMillis)
    return trade
  }

  func moved(_ quote: BookQuote) -> BookQuote {
    var quote = quote
    quote.timeMillis = moved(quote.timeMillis)
    return quote
  }

  func moved(_ mark: MarkQuote) -> MarkQuote {
    var mark = mark
    mark.timeMillis = moved(mark.timeMillis)
    return mark
  }
}
