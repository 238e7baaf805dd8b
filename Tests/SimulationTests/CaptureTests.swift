import Testing

@testable import Simulation

@Suite struct CaptureTests {
  static func fill(_ id: Int64, _ price: Int64, _ time: Int64, sells: Bool = false) -> CaptureAggregator.RawTrade {
    .init(id: id, priceE8: price, quantityE8: 100, timeMillis: time, buyerIsMaker: sells)
  }

  static func aggregate(_ fills: [CaptureAggregator.RawTrade]) -> [AggTrade] {
    var aggregator = CaptureAggregator()
    var trades = fills.compactMap { aggregator.add($0) }
    if let last = aggregator.finish() { trades.append(last) }
    return trades
  }

  @Test func fillsOfOnePriceAndSideMergeFor100MillisFromTheFirst() {
    let trades = Self.aggregate([
      Self.fill(10, 5, 1_000), Self.fill(11, 5, 1_060), Self.fill(13, 5, 1_100), Self.fill(14, 5, 1_101),
      Self.fill(15, 6, 1_101), Self.fill(16, 6, 1_101, sells: true), Self.fill(17, 6, 1_102),
    ])
    #expect(trades.map(\.id) == [1, 2, 3, 4, 5])
    #expect(trades.map(\.quantityE8) == [300, 100, 100, 100, 100])
    #expect(trades[0].firstID == 10 && trades[0].lastID == 13 && trades[0].timeMillis == 1_000)
  }

  @Test func repeatedFillsAreDropped() {
    let trades = Self.aggregate([Self.fill(10, 5, 1_000), Self.fill(10, 5, 1_000), Self.fill(9, 5, 1_000)])
    #expect(trades.map(\.quantityE8) == [100])
  }

  @Test func captureLinesBecomeTradesQuotesAndMarks() throws {
    let lines = [
      #"1680652806996641 {"stream":"btcusdt@trade","data":{"e":"trade","E":1680652807006,"T":1680652804962,"s":"BTCUSDT","t":7,"p":"28155.10","q":"0.001","X":"MARKET","m":true}}"#,
      #"1680652806996642 {"stream":"btcusdt@trade","data":{"e":"trade","E":1680652807006,"T":1680652804962,"s":"BTCUSDT","t":8,"p":"28722.50","q":"0.001","X":"INSURANCE_FUND","m":true}}"#,
      #"1680652806996643 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":1,"pu":1,"b":[["1","2"]],"a":[]}}"#,
      #"1680652806996644 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":9,"s":"BTCUSDT","b":"28155.10","B":"1","a":"28155.20","A":"2","T":1680652804963,"E":1680652804963}}"#,
      #"1680652806996645 {"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1680652805000,"s":"BTCUSDT","p":"28155.1","P":"28141.4","i":"28165.0","r":"0.00002760","T":1680681600000}}"#,
    ]
    var reader = RecordingReader()
    for line in lines { try reader.add(Array(line.utf8)[...], symbol: nil) }
    let track = try #require(reader.finish().first)
    #expect(track.trades.map(\.priceE8) == [2_815_510_000_000])
    #expect(track.quotes.map(\.askQuantityE8) == [200_000_000])
    #expect(track.marks.map(\.fundingRateE8) == [2_760])

    var market = PlayedMarket(tracks: [track], startMillis: 5_000_000)
    #expect(market.next(through: 4_999_999) == nil)
    #expect(market.next(through: 5_000_000)?.timeMillis == 5_000_000)
    #expect(market.next(through: 5_000_001)?.timeMillis == 5_000_001)
  }

  @Test func archiveLinesAreReadWithAndWithoutHeader() throws {
    var reader = RecordingReader()
    for line in [
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
      "2,83624.5,0.004,8131311704,8131311705,1790726400498,false",
      "1,83624.5,0.03,8131311701,8131311703,1790726400261,True",
      "2,83624.5,0.004,8131311704,8131311705,1790726400498,false", "",
    ] { try reader.add(Array(line.utf8)[...], symbol: "BTCUSDT") }
    let trades = try #require(reader.finish().first).trades
    #expect(trades.map(\.id) == [1, 2])
    #expect(trades[0].buyerIsMaker && !trades[1].buyerIsMaker)
    var tape = TradeTape()
    trades.forEach { tape.append($0) }
    #expect(
      String(decoding: ArchiveCSV.bytes(tape), as: UTF8.self).split(separator: "\n").last
        == "2,83624.5,0.004,8131311704,8131311705,1790726400498,false")
    for bad in [
      "x,1,1,1,1,1,true", "1,1,1,1,1,1", "1,1,1,2,1,1,true", "1,0.123456789,1,1,1,1,true", "1,1,1,1,1,1,maybe",
    ] {
      #expect(throws: RecordingReader.Malformed.self) { try reader.add(Array(bad.utf8)[...], symbol: "BTCUSDT") }
    }
  }

  @Test(
    .enabled(if: SharedData.isThere, "needs ../shared/data/recordings"),
    arguments: [
      ("btcusdt_20230405.dat.gz", "BTCUSDT-um-20230404_235820-20230405_000654.csv.gz", 3_306),
      ("btcusdt_20240719.gz", "BTCUSDT-um-20240718_235702-20240719_000502.csv.gz", 3_906),
      ("ethusdt_20240719.gz", "ETHUSDT-um-20240718_235702-20240719_000502.csv.gz", 3_794),
    ])
  func realCapturesGiveTheAggregatesDerivedFromThem(capture: String, archive: String, count: Int) throws {
    var reader = RecordingReader()
    for line in try SharedData.gzipLines("data/recordings/" + capture) { try reader.add(line[...], symbol: nil) }
    let made = try #require(reader.finish().first).trades
    let expected = try SharedData.gzipLines("data/aggtrades/" + archive)
      .compactMap { try ArchiveCSV.trade(String(decoding: $0, as: UTF8.self)) }
      .filter { $0.firstID >= made[0].firstID }
    #expect(made.count == count && expected.count == count)
    for (ours, theirs) in zip(made, expected) {
      var ours = ours
      ours.id = theirs.id
      #expect(ours == theirs)
    }
  }

  @Test func aRecordingIsMovedToNowWithItsBeginningAsHistory() throws {
    var reader = RecordingReader()
    for (id, time) in [(1, 100_000), (2, 160_000), (3, 170_000), (4, 190_000)] {
      try reader.add(Array("\(id),1.5,2,\(id),\(id),\(time),true".utf8)[...], symbol: "TESTUSDT")
    }
    let tracks = reader.finish()
    var market = PlayedMarket(tracks: tracks, startMillis: 1_000_000, historyMillis: 60_000, speed: 10)
    var times: [Int64] = []
    while let event = market.next(through: .max) { times.append(event.timeMillis) }
    #expect(times == [940_000, 1_000_000, 1_001_000, 1_003_000])
    #expect(market.instruments[0].tickE8 == 10_000_000 && market.instruments[0].lotE8 == 100_000_000)
    #expect(market.tradesPerSecond == 2.0 / 30)
  }
}
