import Foundation
import Testing

@testable import Simulation

/// What each fault of trade frames puts on the wire, beside the same market without it.
@Suite struct FrameFaultTests {
  /// The aggTrade texts of the first 20 s.
  static func frames(
    _ scenario: String, combined: Bool = false, step: Int64 = 20_000,
    streams: String = "btcusdt@aggTrade/ethusdt@aggTrade"
  ) throws -> [String] {
    let venue = try SimulatedVenue.scripted(scenario)
    let start = venue.settings.startMillis
    let session =
      combined
      ? try #require(venue.open(path: "/market/stream", streams: streams, nowMillis: start))
      : try #require(venue.open(path: "/market/ws/" + streams, streams: nil, nowMillis: start))
    for time in stride(from: start + step, through: start + 20_000, by: Int(step)) { venue.advance(to: time) }
    return session.takeFrames().texts
  }

  static let truth = try? frames("")

  /// The true frames with those in `range` (of all symbols, from 0) replaced.
  static func replaced(_ range: Range<Int>, _ new: (ArraySlice<String>) -> [String]) throws -> [String] {
    let truth = try #require(truth)
    #expect(truth.count > 50)
    return truth[..<range.lowerBound] + new(truth[range]) + truth[range.upperBound...]
  }

  static func fault(_ name: String, _ more: String = "") -> String { #"{"fault":"\#(name)","at_event":11\#(more)}"# }

  @Test func skipDuplicateAndReorder() throws {
    #expect(try Self.frames(Self.fault("skip", #","count":3"#)) == Self.replaced(10..<13) { _ in [] })
    #expect(try Self.frames(Self.fault("duplicate")) == Self.replaced(10..<11) { Array($0) + Array($0) })
    #expect(try Self.frames(Self.fault("reorder", #","count":4"#)) == Self.replaced(10..<14) { $0.reversed() })
  }

  @Test func malformedAndOversized() throws {
    let malformed = try Self.frames(Self.fault("malformed"))
    #expect(
      try malformed == Self.replaced(10..<11) { _ in [String(decoding: FrameFault.malformedText, as: UTF8.self)] })
    #expect((try? JSONDecoder().decode(JSONValue.self, from: Data(malformed[10].utf8))) == nil)
    let oversized = try Self.frames(Self.fault("oversized"))
    #expect(oversized[10].utf8.count == 300 * 1_024)
    #expect(try oversized == Self.replaced(10..<11) { [oversized[10]] + $0 })
  }

  @Test(arguments: [false, true]) func truncateIsTheFirstHalfOfTheWholeMessage(combined: Bool) throws {
    let truth = try Self.frames("", combined: combined)
    let frames = try Self.frames(Self.fault("truncate"), combined: combined)
    #expect(frames.count == truth.count)
    for (index, pair) in zip(truth, frames).enumerated() {
      #expect(pair.1 == (index == 10 ? String(pair.0.prefix(pair.0.count / 2)) : pair.0))
    }
  }

  @Test(arguments: ["NaN", "1e400", "-1", "0", "0.000000001"]) func badNumbersStandInThePrice(number: String) throws {
    let frames = try Self.frames(Self.fault("bad_number", #","number":"\#(number)""#))
    let expected = try Self.replaced(10..<11) {
      $0.map { $0.replacing(/"p":"[0-9.]+"/, with: #""p":"\#(number)""#) }
    }
    #expect(frames == expected)
  }

  struct Trade: Decodable, Equatable {
    var a: Int64
    var s: String
    var p: String
    var q: String
    var nq: String
    var f: Int64
    var l: Int64
    var tradeMillis: Int64
    var eventMillis: Int64
    var m: Bool

    enum CodingKeys: String, CodingKey {
      case a, s, p, q, nq, f, l, m
      case tradeMillis = "T"
      case eventMillis = "E"
    }
  }

  static func trade(_ text: String) throws -> Trade { try JSONDecoder().decode(Trade.self, from: Data(text.utf8)) }

  @Test func tenfoldPriceAndNothingElse() throws {
    let frames = try Self.frames(Self.fault("price_x10"))
    var expected = try Self.trade(try #require(Self.truth)[10])
    let price = try #require(Decimal8.parse(expected.p))
    let wrong = try Self.trade(frames[10])
    #expect(Decimal8.parse(wrong.p) == price * 10)
    expected.p = wrong.p
    #expect(wrong == expected)
  }

  @Test func laterTimesHigherIdsAndNothingElse() throws {
    var later = try Self.trade(try #require(Self.truth)[10])
    var higher = later
    later.tradeMillis += 90_000
    higher.a += 10_000_001
    #expect(try Self.trade(try Self.frames(Self.fault("time_ahead", #","ms":90000"#))[10]) == later)
    #expect(try Self.trade(try Self.frames(Self.fault("id_ahead", #","by":10000001"#))[10]) == higher)
  }

  @Test(arguments: [false, true]) func contradictionsAreNearAndOnTheGrids(isFirst: Bool) throws {
    let frames = try Self.frames(Self.fault("contradict", isFirst ? #","first":true"# : ""))
    let truth = try #require(Self.truth)
    #expect(frames.count == truth.count + 1)
    #expect(frames[isFirst ? 11 : 10] == truth[10])
    var right = try Self.trade(truth[10])
    let wrong = try Self.trade(frames[isFirst ? 10 : 11])
    let instrument = InstrumentCatalog.instrument(right.s)
    let price = try #require(Decimal8.parse(right.p))
    let quantity = try #require(Decimal8.parse(right.q))
    let falsePrice = try #require(Decimal8.parse(wrong.p))
    let falseQuantity = try #require(Decimal8.parse(wrong.q))
    #expect(falsePrice != price && abs(falsePrice - price) * 100 <= price && falsePrice % instrument.tickE8 == 0)
    #expect(falseQuantity != quantity && falseQuantity > 0 && falseQuantity % instrument.lotE8 == 0)
    (right.p, right.q) = (wrong.p, wrong.q)
    #expect(wrong == right)
  }

  @Test func unknownFieldsAroundTheTrueTrade() throws {
    let frames = try Self.frames(Self.fault("unknown_fields"))
    let truth = try #require(Self.truth)
    #expect(try Self.trade(frames[10]) == Self.trade(truth[10]))
    let keys = WireShape.keys(frames[10])
    #expect(keys.contains("zz") && keys.last == "e")
    #expect(frames[10].contains(#"\u5e01\ud83d\ude00 \\\" }]{"#))
    #expect(try Self.frames(Self.fault("unknown_fields")) == Self.replaced(10..<11) { _ in [frames[10]] })
  }

  @Test func tradesAreCountedOfTheirSymbolWhetherOrNotSomebodyListens() throws {
    let scenario = #"{"fault":"skip","at_event":3,"symbol":"ETHUSDT"}"#
    let truth = try #require(Self.truth)
    let ether = truth.filter { $0.contains("ETHUSDT") }
    #expect(try Self.frames(scenario, streams: "ethusdt@aggTrade") == Array(ether[..<2] + ether[3...]))
    let venue = try SimulatedVenue.scripted(scenario)
    let start = venue.settings.startMillis
    let second = try Self.trade(ether[1])
    venue.advance(to: second.eventMillis)
    let late = try #require(
      venue.open(path: "/market/ws/ethusdt@aggTrade", streams: nil, nowMillis: second.eventMillis))
    venue.advance(to: start + 20_000)
    #expect(late.takeFrames().texts == Array(ether[3...]))
  }

  @Test func ofTwoFaultsTheFirstOfTheScenarioHitsAndReorderedFramesLeaveAtTheLast() throws {
    let both = [Self.fault("skip", #","count":2"#), Self.fault("duplicate", #","count":3"#)].joined(separator: "\n")
    #expect(try Self.frames(both) == Self.replaced(10..<13) { Array($0.suffix(1)) + Array($0.suffix(1)) })
    let last = #"{"fault":"skip","at_event":13}"# + "\n" + Self.fault("reorder", #","count":3"#)
    #expect(try Self.frames(last) == Self.replaced(10..<13) { $0.prefix(2).reversed() })
  }

  @Test func theStreamLiesAndRestDoesNotWhateverTheSteps() throws {
    let scenario =
      [
        Self.fault("price_x10", #","count":9"#), #"{"fault":"reorder","at_event":30,"count":20}"#,
        #"{"fault":"silent","at_event":60,"for_ms":130}"#, #"{"fault":"silent","every_ms":3001,"for_ms":777}"#,
      ]
      .joined(separator: "\n")
    let whole = try Self.frames(scenario)
    #expect(whole != Self.truth)
    #expect(try Self.frames(scenario, step: 10) == whole)
    let (faulty, plain) = (try SimulatedVenue.scripted(scenario), SimulatedVenue.small())
    for venue in [faulty, plain] { venue.advance(to: venue.settings.startMillis + 20_000) }
    let bodies = [faulty, plain].map {
      RestDeskTests.get($0, "/fapi/v1/aggTrades", ["symbol": "BTCUSDT"], at: $0.reachedMillis).body
    }
    #expect(bodies[0] == bodies[1])
  }
}

extension SimulatedVenue {
  static func scripted(_ text: String, change: (inout VenueSettings) -> Void = { _ in }) throws -> SimulatedVenue {
    let scenario = try Scenario(Array(text.utf8), symbols: ["BTCUSDT", "ETHUSDT"])
    return small {
      change(&$0)
      $0.scenario = scenario
    }
  }
}
