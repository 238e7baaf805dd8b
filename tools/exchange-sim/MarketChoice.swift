import Simulation

/// The market the options ask for: a recording or the synthetic one.
struct MarketChoice {
  let market: any Market
  /// The way each symbol leans around the start, +1 or -1; for a recording, the way its first trades go.
  let directions: [Double]

  init(options: SimOptions, startMillis: Int64) throws {
    if options.play.isEmpty {
      let synthetic = Self.synthetic(options, startMillis)
      market = synthetic
      directions = synthetic.openingDirections
    } else {
      let tracks = try Self.tracks(options)
      market = Self.played(tracks, options, startMillis)
      directions = tracks.map { $0.trades[0].buyerIsMaker ? -1 : 1 }
    }
  }

  private static func synthetic(_ options: SimOptions, _ startMillis: Int64) -> SyntheticMarket {
    let names = InstrumentCatalog.symbols(options.symbolNames, count: options.symbolCount ?? 0)
    var settings = SyntheticMarket.Settings(startMillis: startMillis)
    settings.seed = options.seed
    settings.historyMillis = Int64((options.historyHours ?? 24) * 3_600_000)
    settings.historyRate = options.rate
    settings.liveRate = options.rateTotal.map { $0 / Double(names.count) } ?? options.rate
    settings.isLively = options.lively
    settings.speed = options.speed
    settings.burstTrades = options.burstTrades ?? 0
    settings.burstEveryMillis = options.burstEveryMillis ?? settings.burstEveryMillis
    return SyntheticMarket(instruments: names.map { InstrumentCatalog.instrument($0) }, settings: settings)
  }

  private static func tracks(_ options: SimOptions) throws -> [RecordingReader.Track] {
    var reader = RecordingReader()
    for (index, path) in options.play.enumerated() {
      let symbol = options.playSymbol.count > 1 ? options.playSymbol[index] : options.playSymbol.first
      try RecordingFile(path: path).read(into: &reader, symbol: symbol)
    }
    let tracks = reader.finish()
    guard !tracks.isEmpty else {
      throw SimFailure.data("\(options.play.joined(separator: ", ")): no trades to play; name another --play")
    }
    return tracks
  }

  private static func played(
    _ tracks: [RecordingReader.Track], _ options: SimOptions, _ startMillis: Int64
  ) -> PlayedMarket {
    let historyMillis = Int64((options.historyHours ?? 0) * 3_600_000)
    var speed = options.speed
    if let total = options.rateTotal {
      let natural = PlayedMarket(tracks: tracks, startMillis: startMillis, historyMillis: historyMillis)
      if natural.tradesPerSecond > 0 { speed = total / natural.tradesPerSecond }
    }
    return PlayedMarket(tracks: tracks, startMillis: startMillis, historyMillis: historyMillis, speed: speed)
  }
}
