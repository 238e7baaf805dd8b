import Foundation
import Testing

@testable import Simulation

/// Keys, their order and their types are those of live frames: pinned here, and compared with the frames themselves
/// where they are at hand.
@Suite struct EncoderShapeTests {
  static let trade = AggTrade(
    id: 3_478_018_549, priceE8: 8_343_440_000_000, quantityE8: 1_600_000, normalQuantityE8: 1_600_000,
    firstID: 8_154_045_700, span: 4, timeMillis: 1_791_391_081_874, buyerIsMaker: true)
  static let bitcoin = InstrumentCatalog.instrument("BTCUSDT")
  static let mark = MarkQuote(
    timeMillis: 1_791_269_856_000, markE8: 8_529_660_260_870, indexE8: 8_534_593_826_087, settleE8: 8_532_191_711_993,
    fundingRateE8: 523, nextFundingMillis: 1_791_273_600_000)

  @Test func aggTradeIsTheLiveFrameByteForByte() {
    var out = WireText()
    StreamEncoder.aggTrade(Self.trade, Self.bitcoin, eventMillis: 1_791_391_082_024, into: &out)
    #expect(
      out.string
        == #"{"e":"aggTrade","E":1791391082024,"a":3478018549,"s":"BTCUSDT","p":"83434.40","q":"0.016","nq":"0.016","#
        + #""f":8154045700,"l":8154045704,"T":1791391081874,"m":true,"st":1}"#)
  }

  @Test func markPriceIsTheLiveFrameByteForByte() {
    var out = WireText()
    StreamEncoder.markPrice(Self.mark, Self.bitcoin, eventMillis: 1_791_269_856_000, into: &out)
    #expect(
      out.string
        == #"{"e":"markPriceUpdate","E":1791269856000,"s":"BTCUSDT","p":"85296.60260870","ap":"85296.60260870","#
        + #""P":"85321.91711993","i":"85345.93826087","r":"0.00000523","T":1791273600000,"st":1}"#)
  }

  @Test func premiumIndexHasTheLiveKeys() throws {
    var out = WireText()
    RestEncoder.premiumIndex(Self.mark, Self.bitcoin, into: &out)
    #expect(
      WireShape.keys(out.string) == [
        "symbol", "markPrice", "indexPrice", "estimatedSettlePrice", "lastFundingRate", "interestRate",
        "nextFundingTime", "time",
      ])
    #expect(
      try WireShape.types(out.string)
        == "{estimatedSettlePrice:text,indexPrice:text,interestRate:text,lastFundingRate:text,markPrice:text,"
        + "nextFundingTime:int,symbol:text,time:int}")
  }

  static let entryKeys = """
      symbol pair contractType deliveryDate onboardDate status maintMarginPercent requiredMarginPercent
      baseAsset quoteAsset marginAsset pricePrecision quantityPrecision baseAssetPrecision quotePrecision
      underlyingType underlyingSubType triggerProtect liquidationFee marketTakeBound maxMoveOrderLimit
      filters minPrice tickSize filterType maxPrice minQty filterType stepSize maxQty stepSize maxQty
      filterType minQty filterType limit notional filterType multiplierDown multiplierDecimal filterType
      multiplierUp filterType positionControlSide orderTypes timeInForce permissionSets
    """.split { $0 == " " || $0 == "\n" }.map(String.init)

  @Test func exchangeInfoEntryIsTheLiveOne() throws {
    var out = WireText()
    ExchangeInfoEncoder.entry(Self.bitcoin, into: &out)
    #expect(WireShape.keys(out.string) == Self.entryKeys)
    #expect(out.string.contains(#"{"minPrice":"556.80","tickSize":"0.10","filterType":"PRICE_FILTER","#))
    guard SharedData.isThere else { return }
    #expect(out.string == (try SharedData.restBody("exchangeInfo BTCUSDT entry")))
    var limits = WireText()
    ExchangeInfoEncoder.rateLimits(weightLimit: 2_400, into: &limits)
    #expect(limits.string == (try SharedData.restBody("exchangeInfo rateLimits")))
  }

  @Test func klineStreamHasTheDocumentedKeys() throws {
    var candle = Candle(startMillis: 1_789_478_100_000, flatAtE8: Self.trade.priceE8)
    candle.add(Self.trade)
    var out = WireText()
    StreamEncoder.kline(candle, .minute5, Self.bitcoin, eventMillis: 1_789_478_100_250, isClosed: false, into: &out)
    #expect(
      WireShape.keys(out.string) == [
        "e", "E", "s", "k", "t", "T", "s", "i", "f", "L", "o", "c", "h", "l", "v", "n", "x", "q", "V", "Q", "B", "st",
      ])
    #expect(
      try WireShape.types(out.string)
        == "{E:int,e:text,k:{B:text,L:int,Q:text,T:int,V:text,c:text,f:int,h:text,i:text,l:text,n:int,o:text,q:text,"
        + "s:text,t:int,v:text,x:bool},s:text,st:int}")
    #expect(out.string.contains(#""q":"1334.95040""#))
  }

  @Test func bookTickerHasTheDocumentedKeys() throws {
    let quote = BookQuote(
      updateID: 1, timeMillis: 2, bidE8: 8_343_440_000_000, bidQuantityE8: 100_000, askE8: 8_343_450_000_000,
      askQuantityE8: 200_000)
    var out = WireText()
    StreamEncoder.bookTicker(quote, Self.bitcoin, eventMillis: 3, into: &out)
    #expect(
      try WireShape.types(out.string)
        == "{A:text,B:text,E:int,T:int,a:text,b:text,e:text,ps:text,s:text,st:int,u:int}")
  }

  @Test(.enabled(if: SharedData.isThere, "needs ../shared/data/wire"))
  func restBodiesHaveTheShapesRecordedLive() throws {
    let venue = SimulatedVenue.small()
    let now = venue.settings.startMillis
    for (live, request) in [
      ("GET /fapi/v1/time", RestRequest("GET", "/fapi/v1/time")),
      ("GET /fapi/v1/aggTrades", RestRequest("GET", "/fapi/v1/aggTrades", ["symbol": "BTCUSDT", "limit": "2"])),
      (
        "GET /fapi/v1/klines",
        RestRequest("GET", "/fapi/v1/klines", ["symbol": "BTCUSDT", "interval": "1m", "limit": "3"])
      ),
      ("GET /fapi/v1/premiumIndex", RestRequest("GET", "/fapi/v1/premiumIndex", ["symbol": "BTCUSDT"])),
    ] {
      let sample = try SharedData.restBody(live)
      let body = String(decoding: venue.respond(to: request, nowMillis: now).body, as: UTF8.self)
      #expect(WireShape.keys(body) == WireShape.keys(sample), "\(live)")
      #expect(try WireShape.types(body) == WireShape.types(sample), "\(live)")
    }
  }

  @Test(.enabled(if: SharedData.isThere, "needs ../shared/data/wire"))
  func streamFramesHaveTheNewestShapes() throws {
    let lines = try SharedData.text("data/wire/wire_samples_misc.jsonl").split(separator: "\n").map(String.init)
    let newestTrade = try #require(lines.first { $0.contains("\"aggTrade\"") })
    let newestMark = try #require(lines.first { $0.contains("\"markPriceUpdate\"") })
    let venue = SimulatedVenue.small()
    let now = venue.settings.startMillis
    let session = try #require(
      venue.open(path: "/market/stream", streams: "btcusdt@aggTrade", nowMillis: now))
    let marks = try #require(venue.open(path: "/market/ws/btcusdt@markPrice@1s", streams: nil, nowMillis: now))
    venue.advance(to: now + 30_000)
    let trade = try #require(session.takeFrames().texts.first)
    let mark = try #require(marks.takeFrames().texts.first)
    #expect(WireShape.keys(trade) == WireShape.keys(newestTrade))
    #expect(try WireShape.types(trade) == WireShape.types(newestTrade))
    #expect(WireShape.keys(mark) == WireShape.keys(newestMark))
    #expect(try WireShape.types(mark) == WireShape.types(newestMark))
  }
}

extension SimulatedVenue {
  /// Two symbols and half an hour of history.
  static func small(
    seed: UInt64 = 1, lively: Bool = false, change: (inout VenueSettings) -> Void = { _ in }
  ) -> SimulatedVenue {
    let start: Int64 = 1_791_391_082_000
    var market = SyntheticMarket.Settings(startMillis: start)
    market.seed = seed
    market.historyMillis = 30 * 60_000
    market.isLively = lively
    var settings = VenueSettings(startMillis: start)
    change(&settings)
    let instruments = ["BTCUSDT", "ETHUSDT"].map { InstrumentCatalog.instrument($0) }
    return SimulatedVenue(market: SyntheticMarket(instruments: instruments, settings: market), settings: settings)
  }
}
