import Foundation

/// One symbol of the synthetic market: when trades come, on which side, how large and at what price.
///
/// Arrivals excite themselves (an exponential Hawkes process), so trades come in bursts. Sizes are a log-normal body
/// with a Pareto tail of informed trades that lean further with the regime than the crowd does. The price is a random
/// walk in time, not per trade, whose drift follows the regime; a busier market is therefore not a wilder one.
/// Every draw comes from the symbol's own generator: other symbols and the rhythm of asking change nothing.
struct SyntheticProcess {
  let instrument: Instrument
  private let settings: SyntheticMarket.Settings
  private var random: Random
  private var schedule: RegimeSchedule
  private var swing: Swing?
  private var bursts: BurstSchedule
  /// Process time of the next trade, ms with fraction.
  private(set) var nextMillis: Double
  private var excess = 0.0
  private var baseRate: Double
  private var live = false
  private var calmPrice: Double
  private var priceMillis: Double
  private let medianLots: Double
  private var lastBuy = false
  private var nextID: Int64
  private var nextRawID: Int64

  /// Share of the trades that another trade set off.
  private static let branching = 0.6
  /// ATR(14, 5 min) of the calm market as a fraction of price.
  static let calmATR = 0.0025
  /// What a random walk of one deviation in 5 min spans from low to high, on average.
  private static let rangePerDeviation = 1.6

  init(instrument: Instrument, stream: UInt64, settings: SyntheticMarket.Settings, bursts: BurstSchedule) {
    self.instrument = instrument
    self.settings = settings
    self.bursts = bursts
    random = Random(seed: settings.seed, stream: stream)
    let historyMillis = settings.historyMillis
    schedule = RegimeSchedule(
      seed: settings.seed, stream: stream, startMillis: settings.startMillis, historyMillis: historyMillis)
    nextMillis = Double(settings.startMillis - historyMillis)
    priceMillis = nextMillis
    baseRate = settings.historyRate / 1_000
    calmPrice = Double(instrument.openingPriceE8) * random.uniform(0.98, 1.02)
    let lotNotional = Double(instrument.lotE8) * Double(instrument.openingPriceE8) / 1e16
    medianLots = max(1, 600 / lotNotional)
    nextID = Self.firstID(startMillis: settings.startMillis - historyMillis)
    nextRawID = nextID * 2 + Int64(random.next() % 1_000_000)
    drawArrival()
  }

  /// 16 ids a second since 2020, BTCUSDT's own pace: a venue started later has higher ids, so that a client with
  /// yesterday's trades meets a gap, as it would, and not a repetition.
  private static func firstID(startMillis: Int64) -> Int64 {
    max(1, (startMillis - 1_577_836_800_000) / 1_000 * 16)
  }

  /// +1 when buyers press at the start, -1 when sellers do.
  var openingDirection: Double { schedule.openingDirection }

  /// The trade at `nextMillis`, stamped `timeMillis`; then draws the next arrival.
  mutating func take(stampedMillis timeMillis: Int64) -> AggTrade {
    if !live, nextMillis > Double(settings.startMillis) { goLive() }
    let elapsed = nextMillis - priceMillis
    let regime = schedule.regime(at: Int64(nextMillis))
    let mid = movePrice(elapsedMillis: elapsed, regime: regime)
    let isLarge = random.unit() < 0.015
    let isBuy = drawSide(isLarge: isLarge, regime: regime, sinceLastMillis: elapsed)
    let lots = drawLots(isLarge: isLarge)
    let trade = makeTrade(mid: mid, isBuy: isBuy, lots: lots, timeMillis: timeMillis)
    let tradeMillis = nextMillis
    if bursts.isRunning {
      nextMillis = bursts.next(after: tradeMillis)
    } else {
      drawArrival()
      nextMillis = bursts.begin(before: nextMillis, after: tradeMillis)
    }
    return trade
  }

  private mutating func goLive() {
    live = true
    if settings.liveRate != settings.historyRate {
      excess *= settings.liveRate / settings.historyRate
      baseRate = settings.liveRate / 1_000
    }
    if settings.isLively {
      swing = Swing(startMillis: settings.startMillis, unit: Self.calmATR, random: &random)
    }
  }

  /// Ogata's thinning: candidates at the rate of the moment, which only decays, kept in proportion to it.
  private mutating func drawArrival() {
    let background = baseRate * (1 - Self.branching)
    let decay = baseRate * 0.8
    while true {
      let bound = background + excess
      let wait = -log(1 - random.unit()) / bound
      excess *= exp(-decay * wait)
      nextMillis += wait
      if random.unit() * bound <= background + excess { break }
    }
    excess += Self.branching * decay
  }

  private mutating func movePrice(elapsedMillis: Double, regime: RegimeSchedule.Regime) -> Double {
    let span = elapsedMillis / 300_000
    let deviation = Self.calmATR / Self.rangePerDeviation * regime.volatility
    let drift = regime.direction * 0.15 * Self.calmATR
    let opening = Double(instrument.openingPriceE8)
    // Far from where it opened the market is pulled back, so that days of trends stay within its price filter.
    let pull = (opening - calmPrice) / opening * 0.002
    calmPrice *= 1 + (drift + pull) * span + deviation * span.squareRoot() * random.normal()
    priceMillis = nextMillis
    guard swing != nil else { return calmPrice }
    let displacement = swing?.displacement(at: nextMillis, random: &random) ?? 0
    return calmPrice * (1 + displacement)
  }

  private mutating func drawSide(
    isLarge: Bool, regime: RegimeSchedule.Regime, sinceLastMillis: Double
  ) -> Bool {
    if !isLarge, sinceLastMillis * baseRate < 0.3, random.unit() < 0.4 { return lastBuy }
    var imbalance = regime.direction * (isLarge ? 0.7 : 0.14)
    if !isLarge, let swing { imbalance += 0.3 * swing.direction }
    lastBuy = random.unit() < 0.5 + 0.5 * imbalance
    return lastBuy
  }

  private mutating func drawLots(isLarge: Bool) -> Double {
    guard isLarge else { return medianLots * exp(random.normal()) }
    let tail = 1 / max(0.01, 1 - random.unit()).squareRoot()
    return medianLots * 12 * tail
  }

  private mutating func makeTrade(mid: Double, isBuy: Bool, lots: Double, timeMillis: Int64) -> AggTrade {
    let tick = Double(instrument.tickE8)
    let bid = max(1, (mid / tick).rounded(.down))
    let ticks = Int64(isBuy ? bid + 1 : bid)
    let wholeLots = max(1, Int64(min(lots, 1e9)))
    var normalLots = wholeLots
    let kind = random.next()
    if kind % 25 == 0 { normalLots = kind % 100 == 0 ? 0 : wholeLots - wholeLots / 4 }
    let fills = 1 + Int64(min(30, lots / medianLots * random.uniform(0, 2)))
    let firstID = nextRawID + (kind % 997 == 0 ? 1 : 0)
    let trade = AggTrade(
      id: nextID, priceE8: ticks * instrument.tickE8, quantityE8: wholeLots * instrument.lotE8,
      normalQuantityE8: normalLots * instrument.lotE8, firstID: firstID, span: UInt32(fills - 1),
      timeMillis: timeMillis, buyerIsMaker: !isBuy)
    nextID += 1
    nextRawID = firstID + fills
    return trade
  }
}
