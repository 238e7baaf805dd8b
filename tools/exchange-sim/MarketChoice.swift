import Simulation

/// The market the options ask for.
struct MarketChoice {
  let market: any Market
  /// The way each symbol leans around the start, +1 or -1.
  let directions: [Double]

  init(options: SimOptions, startMillis: Int64) throws {
    let names = InstrumentCatalog.symbols(options.symbolNames, count: options.symbolCount ?? 0)
    let instruments = names.map { InstrumentCatalog.instrument($0) }
    var settings = SyntheticMarket.Settings(startMillis: startMillis)
    settings.seed = options.seed
    settings.historyMillis = Int64((options.historyHours ?? 24) * 3_600_000)
    settings.historyRate = options.rate
    settings.liveRate = options.rateTotal.map { $0 / Double(names.count) } ?? options.rate
    settings.isLively = options.lively
    settings.speed = options.speed
    let synthetic = SyntheticMarket(instruments: instruments, settings: settings)
    market = synthetic
    directions = synthetic.openingDirections
  }
}
