import Testing

@testable import Simulation

@Suite struct SyntheticMarketTests {
  static let start: Int64 = 1_791_391_082_000

  static func market(seed: UInt64 = 1, hours: Int64 = 1, change: (inout SyntheticMarket.Settings) -> Void = { _ in })
    -> SyntheticMarket
  {
    var settings = SyntheticMarket.Settings(startMillis: start)
    settings.seed = seed
    settings.historyMillis = hours * 3_600_000
    change(&settings)
    let names = InstrumentCatalog.symbols(["BTCUSDT", "ETHUSDT"], count: 12)
    return SyntheticMarket(instruments: names.map { InstrumentCatalog.instrument($0) }, settings: settings)
  }

  static func events(_ market: SyntheticMarket, through limit: Int64, step: Int64 = .max) -> [MarketEvent] {
    var market = market
    var events: [MarketEvent] = []
    var time = step == .max ? limit : start - 3_600_000
    while true {
      while let event = market.next(through: min(time, limit)) { events.append(event) }
      guard time < limit else { return events }
      time += step
    }
  }

  @Test func oneSeedIsOneMarketInWhateverSteps() {
    let limit = Self.start + 60_000
    let whole = Self.events(Self.market(), through: limit)
    #expect(whole == Self.events(Self.market(), through: limit, step: 777))
    #expect(whole != Self.events(Self.market(seed: 2), through: limit))
    #expect(whole.count > 100_000)
  }

  @Test func idsAreConsecutiveAndTimesNeverRunBackwards() {
    let market = Self.market(change: { $0.isLively = true })
    var last: [Int: AggTrade] = [:]
    for event in Self.events(market, through: Self.start + 120_000) {
      guard case .trade(let symbol, let trade) = event else { continue }
      let instrument = market.instruments[symbol]
      #expect(trade.priceE8 > 0 && trade.priceE8 % instrument.tickE8 == 0)
      #expect(trade.quantityE8 > 0 && trade.quantityE8 % instrument.lotE8 == 0)
      #expect((0...trade.quantityE8).contains(trade.normalQuantityE8))
      if let before = last[symbol] {
        #expect(trade.id == before.id + 1)
        #expect(trade.timeMillis >= before.timeMillis)
        #expect(trade.firstID > before.lastID)
      }
      last[symbol] = trade
    }
    #expect(last.count == 12)
  }

  @Test func rateIsTheOneAskedForBeforeAndAfterTheStart() {
    let market = Self.market(change: { $0.liveRate = 30 })
    let events = Self.events(market, through: Self.start + 300_000)
    let history = Double(events.count { $0.timeMillis <= Self.start }) / 3_600 / 12
    let live = Double(events.count { $0.timeMillis > Self.start }) / 300 / 12
    #expect(abs(history / 3 - 1) < 0.05, "\(history)")
    #expect(abs(live / 30 - 1) < 0.05, "\(live)")
  }

  @Test func tradesComeInBursts() {
    var counts: [Int64: Int] = [:]
    var total = 0
    for event in Self.events(Self.market(), through: Self.start) {
      guard case .trade(0, let trade) = event else { continue }
      counts[trade.timeMillis / 1_000, default: 0] += 1
      total += 1
    }
    let mean = Double(total) / 3_600
    let squares = (0..<3_600).reduce(0.0) { sum, second in
      let count = Double(counts[Self.start / 1_000 - Int64(second)] ?? 0)
      return sum + (count - mean) * (count - mean)
    }
    // A Poisson stream has a variance equal to its mean.
    #expect(squares / 3_600 / mean > 1.5)
  }

  @Test func speedPressesTheLiveMarketTogether() {
    let one = Self.events(Self.market(), through: Self.start + 100_000).count { $0.timeMillis > Self.start }
    let ten = Self.events(Self.market(change: { $0.speed = 10 }), through: Self.start + 10_000)
      .count { $0.timeMillis > Self.start }
    #expect(abs(one - ten) <= 12)
  }

  @Test func neighboursLeanOppositeWaysAndALaterVenueHasHigherIDs() throws {
    let directions = Self.market().openingDirections
    #expect(zip(directions, directions.dropFirst()).allSatisfy { $0 * $1 == -1 })
    var today = Self.market()
    var tomorrow = Self.market(change: { $0.startMillis += 86_400_000 })
    guard case .trade(_, let first)? = today.next(through: .max),
      case .trade(_, let later)? = tomorrow.next(through: .max)
    else {
      Issue.record("a market has trades")
      return
    }
    #expect(later.id > first.id + 3 * 86_400)
  }

  @Test func burstsGoRoundTheSymbolsAndLeaveTheOrderWhole() {
    let limit = Self.start + 13_000
    let bursty = Self.market(change: {
      $0.burstTrades = 500
      $0.burstEveryMillis = 1_000
    })
    let events = Self.events(bursty, through: limit)
    #expect(events == Self.events(bursty, through: limit, step: 777))
    var last: [Int: AggTrade] = [:]
    var trades: [Int64: [Int: Int]] = [:]
    for event in events {
      guard case .trade(let symbol, let trade) = event else { continue }
      if let before = last[symbol] {
        #expect(trade.id == before.id + 1 && trade.timeMillis >= before.timeMillis)
        #expect(trade.firstID > before.lastID)
      }
      last[symbol] = trade
      let elapsed = trade.timeMillis - Self.start
      if elapsed >= 1_000, elapsed % 1_000 < 100 { trades[elapsed / 1_000, default: [:]][symbol, default: 0] += 1 }
    }
    let bursting = (1...12).map { second in (trades[Int64(second)] ?? [:]).filter { $0.value >= 500 }.map(\.key) }
    #expect(bursting.allSatisfy { $0.count == 1 })
    #expect(Set(bursting.joined()).count == 12)
    let plain = Self.events(Self.market(), through: limit)
    #expect(abs(events.count - plain.count - 12 * 500) < 500)
  }
}
