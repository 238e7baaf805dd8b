import CRecords
import Domain
import Memory

extension Engine {
  /// Reserves everything. Traps on a configuration beyond `EngineLimits`, which callers check.
  public init(_ config: EngineConfig) {
    precondition(config.symbols.count > 0 && config.symbols.count <= EngineLimits.symbolsMax, "1 to 1024 symbols")
    precondition(
      !config.strategies.isEmpty && config.strategies.count <= EngineLimits.strategiesMax, "1 to 8 strategies")
    precondition(config.instruments.count == config.symbols.count, "an instrument for every symbol")
    let allNames = config.symbols.names + config.strategies.map(\.name)
    precondition(allNames.allSatisfy { $0.utf8.count <= EngineLimits.nameBytesMax }, "a name has at most 96 bytes")
    let room = max(config.symbols.count, min(config.limits.symbolRoom, EngineLimits.symbolsMax))
    let spare = room - config.symbols.count
    let names = Slab<UInt8>(
      zeroed: allNames.reduce(0) { $0 + $1.utf8.count } + spare * EngineLimits.nameBytesMax)
    var ranges: [NameRange] = []
    var at = 0
    for name in allNames {
      ranges.append(NameRange(start: at, end: at + name.utf8.count))
      for byte in name.utf8 {
        names[at] = byte
        at += 1
      }
    }
    self.names = names
    let spareRanges = (0..<spare).map { number in
      let start = at + number * EngineLimits.nameBytesMax
      return NameRange(start: start, end: start)
    }
    symbols = Self.makeSymbols(config, Array(ranges.prefix(config.symbols.count)) + spareRanges)
    symbolCount = config.symbols.count
    slots = Slab(count: room * config.strategies.count, repeating: StrategySlot())
    let signalRoom = StrategySetting.signalRoom
    let signals = Slab<SignalSetting>(zeroed: config.strategies.count * signalRoom)
    let settings = config.strategies.enumerated().map { index, strategy in
      StrategySetting(strategy, signals: signals, firstSignal: index * signalRoom)
    }
    signalSettings = signals
    strategies = Slab(count: settings.count, repeating: settings[0])
    strategyNames = Slab(count: settings.count, repeating: ranges[0])
    for (index, setting) in settings.enumerated() {
      strategies[index] = setting
      strategyNames[index] = ranges[config.symbols.count + index]
    }
    pool = TradePool(trades: config.limits.trades)
    costs = PaperCosts(config.paper)
    evaluatesEveryTrade = config.timing == .everyTrade
    emitsEveryEvaluation = config.output == .all
    emitsGridPoints = config.output == .gridPoints
    holdsGaps = config.gapPolicy == .hold
  }

  private static func makeSymbols(_ config: EngineConfig, _ ranges: [NameRange]) -> Slab<SymbolState> {
    let count = ranges.count
    let limits = config.limits
    let histogramCounts = Slab<UInt32>(zeroed: count * SizeHistogram.bucketCount)
    let histogramWords = Slab<UInt64>(zeroed: count * SizeHistogram.wordCount)
    let histogramSummaries = Slab<UInt64>(zeroed: count * SizeHistogram.summaryCount)
    let pending = Slab<apus_record>(zeroed: count * limits.indicators)
    let tapes = Slab<TapeEntry>(zeroed: count * limits.indicators * 2)
    let held = Slab<apus_record>(zeroed: count * limits.heldTrades)
    func state(_ index: Int) -> SymbolState {
      let sizes = SizeHistogram(
        counts: histogramCounts, words: histogramWords, summaries: histogramSummaries, index: index)
      let book = IndicatorBook(
        pending: pending, pendingBase: index * limits.indicators, capacity: limits.indicators,
        openInterest: SortedTape(tapes, base: 2 * index * limits.indicators, capacity: limits.indicators),
        liquidations: SortedTape(tapes, base: (2 * index + 1) * limits.indicators, capacity: limits.indicators))
      var state = SymbolState(
        window: TradeWindow(sizes: sizes), book: book,
        hold: HoldQueue(held, base: index * limits.heldTrades, capacity: limits.heldTrades),
        limits: InstrumentLimits(
          index < config.instruments.count ? config.instruments[index] : Instrument(symbol: "")),
        name: ranges[index])
      // Live, the windows wait for history; a replay's file is the history.
      state.phase = config.gapPolicy == .hold ? .backfilling : .flowing
      return state
    }
    let states = Slab<SymbolState>(count: count, repeating: state(0))
    for index in 1..<max(1, count) where count > 1 { states[index] = state(index) }
    return states
  }
}

extension Engine {
  /// Returns the memory. For replays and tests; a live engine's lasts as long as its process.
  public borrowing func deallocate() {
    symbols[0].window.sizes.deallocateShared()
    symbols[0].book.deallocateShared()
    symbols[0].hold.deallocateShared()
    symbols.deallocate()
    slots.deallocate()
    strategies.deallocate()
    signalSettings.deallocate()
    strategyNames.deallocate()
    names.deallocate()
    pool.deallocate()
  }
}
