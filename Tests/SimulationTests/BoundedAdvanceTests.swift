import Testing

@testable import Simulation

/// A venue advanced a few events at a time says the same as one advanced at once, and gives its owner a turn between.
@Suite struct BoundedAdvanceTests {
  static let streams = "btcusdt@aggTrade/ethusdt@aggTrade/btcusdt@kline_1m/ethusdt@markPrice@1s"

  static func texts(_ venue: SimulatedVenue, advance: (SimulatedVenue, Int64) -> Void) throws -> [String] {
    let start = venue.settings.startMillis
    let session = try #require(venue.open(path: "/market/stream", streams: streams, nowMillis: start))
    advance(venue, start + 30_000)
    return session.takeFrames().texts
  }

  @Test(arguments: [1, 2, 7, 100]) func boundedStepsPlayTheSameMarket(maxEvents: Int) throws {
    let whole = try Self.texts(.small()) { venue, end in
      let reached = venue.advance(to: end)
      #expect(reached == end)
    }
    var turns = 0
    let parts = try Self.texts(.small()) { venue, end in
      var last = venue.reachedMillis
      while venue.advance(to: end, maxEvents: maxEvents) < end, turns < 10_000 {
        #expect(venue.reachedMillis >= last)
        last = venue.reachedMillis
        turns += 1
      }
    }
    #expect(whole.count > 100)
    #expect(parts == whole)
    #expect(turns > 200 / maxEvents)
  }

  @Test func aMarketNoMachinePlaysStillGivesTheTurnBack() {
    var settings = SyntheticMarket.Settings(startMillis: 1_791_391_082_000)
    settings.historyMillis = 60_000
    // Faster still, and the start's own millisecond, which is history, would never end.
    settings.speed = 1e6
    let market = SyntheticMarket(instruments: [InstrumentCatalog.instrument("BTCUSDT")], settings: settings)
    let venue = SimulatedVenue(market: market, settings: VenueSettings(startMillis: settings.startMillis))
    let before = venue.tradeCount
    let wanted = settings.startMillis + 1_000
    for turn in 1...5 {
      let reached = venue.advance(to: wanted, maxEvents: 1_000)
      #expect(reached < wanted)
      #expect(venue.tradeCount - before <= turn * 1_000)
    }
    #expect(venue.tradeCount - before > 4_900)
    let answer = venue.respond(to: RestRequest("GET", "/fapi/v1/time"), nowMillis: venue.reachedMillis)
    #expect(answer.status == 200)
  }
}
