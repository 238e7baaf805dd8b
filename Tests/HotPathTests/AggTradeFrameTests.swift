import CRecords
import Domain
import Foundation
import Testing

@testable import HotPath

/// Parses frames for a fixed set of symbols.
struct FrameRig {
  static let symbols = SymbolTable(["BTCUSDT", "ETHUSDT", "SOLUSDT", "币安人生USDT", "😀USDT", "A\"\\USDT"])

  static func parse(_ text: String) -> (outcome: FrameOutcome, record: apus_record) { parse(Array(text.utf8)) }

  static func parse(_ bytes: [UInt8]) -> (outcome: FrameOutcome, record: apus_record) {
    var record = apus_record()
    let outcome = AggTradeFrame.parse(bytes.span, symbols: symbols.index, into: &record)
    return (outcome, record)
  }

  static func outcome(_ text: String) -> FrameOutcome { parse(text).outcome }

  /// A frame of 2026 with some members replaced or left out, and others added at its end.
  static func frame(
    _ replaced: [String: String] = [:], without: [String] = [], extra: String = "", order: [String]? = nil
  ) -> String {
    let members: [String: String] = [
      "e": "\"aggTrade\"", "E": "1791391082024", "a": "3478018549", "s": "\"BTCUSDT\"", "p": "\"83434.40\"",
      "q": "\"0.016\"", "nq": "\"0.010\"", "f": "8154045700", "l": "8154045704", "T": "1791391081874", "m": "true",
      "st": "1",
    ]
    let texts = (order ?? keys).filter { !without.contains($0) }
      .map { "\"\($0)\":\(replaced[$0] ?? members[$0] ?? "null")" }
    return "{" + texts.joined(separator: ",") + extra + "}"
  }

  static let keys = ["e", "E", "a", "s", "p", "q", "nq", "f", "l", "T", "m", "st"]

  static func combined(_ data: String) -> String { "{\"stream\":\"btcusdt@aggTrade\",\"data\":\(data)}" }
}

@Suite struct AggTradeFrameTests {
  private func expectSample(_ text: String, _ comment: Comment? = nil, spanKnown: Bool = true) {
    let (outcome, record) = FrameRig.parse(text)
    #expect(outcome == .trade, comment)
    #expect(record.symbol == 0, comment)
    #expect(record.id == 3_478_018_549, comment)
    #expect(record.price_e8 == units("83434.4"), comment)
    #expect(record.quantity_e8 == units("0.016"), "q and not nq")
    #expect(record.time_ms == 1_791_391_081_874, "T and not E")
    #expect(record.flags == RecordFlags.sell, comment)
    #expect(record.first_id == 8_154_045_700, comment)
    if spanKnown { #expect(record.span == 4, comment) }
  }

  @Test func framesOfAllYears() {
    expectSample(FrameRig.frame())
    expectSample(FrameRig.combined(FrameRig.frame()))
    let older = FrameRig.frame(without: ["nq", "st"])
    expectSample(older)
    let buy = FrameRig.parse(FrameRig.frame(["m": "false", "s": "\"ETHUSDT\""]))
    #expect(buy.outcome == .trade)
    #expect(buy.record.flags == 0)
    #expect(buy.record.symbol == 1)
  }

  @Test(arguments: TestSeed.all(2))
  func anyOrderOfKeys(seed: UInt64) {
    var random = SeededRandom(seed)
    for _ in 0..<200 {
      let order = FrameRig.keys.shuffled(using: &random)
      let text = FrameRig.frame(order: order)
      let firstBeforeLast = order.filter { $0 == "f" || $0 == "l" } == ["f", "l"]
      expectSample(text, TestSeed.again(seed, "AggTradeFrameTests", text), spanKnown: firstBeforeLast)
    }
  }

  @Test func unknownKeysAreSkippedWhateverTheyHold() {
    for value in [
      "null", "{}", "[]", "[[1,{\"a\":[\"}\"]}],\"]\"]", "{\"p\":\"1\",\"x\":{\"T\":5}}", "-1.5e-7", "\"a\\\"b\\\\\"",
      "\"{\\\"a\\\":1}\"", "true",
    ] {
      expectSample(FrameRig.frame(extra: ",\"new\":\(value)"))
      expectSample(FrameRig.frame(extra: ",\"a very long key name\":\(value)"))
      expectSample("{\"stream\":\"x\",\"new\":\(value),\"data\":" + FrameRig.frame() + ",\"z\":\(value)}")
    }
    expectSample(FrameRig.frame(extra: ",\"\":0"))
  }

  @Test func whitespaceAnywhereBetweenTokens() {
    var spaced = ""
    var inString = false
    for character in FrameRig.combined(FrameRig.frame()) {
      if character == "\"" { inString.toggle() }
      let isToken = "{}:,".contains(character) && !inString
      spaced += isToken ? " \n\(character)\t\r" : String(character)
    }
    expectSample(spaced)
  }

  @Test func escapesInKeysAndSymbols() {
    expectSample(FrameRig.frame(["s": "\"\\u0042TCUSDT\""]))
    expectSample(FrameRig.frame().replacingOccurrences(of: "\"a\":", with: "\"\\u0061\":"))
    expectSample(FrameRig.frame().replacingOccurrences(of: "\"T\":", with: "\"\\u0054\":"))
    expectSample(FrameRig.frame(["e": "\"agg\\u0054rade\""]))
    let cases: [(String, UInt32?)] = [
      ("币安人生USDT", 3), ("\\u5e01\\u5b89\\u4EBA\\u751FUSDT", 3), ("😀USDT", 4), ("\\ud83d\\ude00USDT", 4),
      ("\\uD83D\\uDE00\\u0055SDT", 4), ("A\\\"\\\\USDT", 5), ("\\u0041\\u0022\\u005cUSDT", 5), ("\\ud83dUSDT", nil),
      ("\\ude00USDT", nil), ("\\ud83d\\u0041USDT", nil), ("\\u00g1USDT", nil), ("\\u00", nil), ("\\xUSDT", nil),
      ("\\/\\b\\f\\n\\r\\t", nil), ("", nil), ("BTCUSD", nil), ("BTCUSDTT", nil), ("btcusdt", nil),
      (String(repeating: "\\u0042", count: 65), nil), (String(repeating: "X", count: 5_000), nil),
    ]
    for (symbol, index) in cases {
      let (outcome, record) = FrameRig.parse(FrameRig.frame(["s": "\"\(symbol)\""]))
      #expect(outcome == (index == nil ? .unknownSymbol : .trade), "\(symbol)")
      if let index { #expect(record.symbol == index, "\(symbol)") }
    }
  }

  @Test func bareNumbersAreTaken() {
    expectSample(FrameRig.frame(["p": "83434.40", "q": "0.016"]))
    expectSample(FrameRig.frame(["q": "0.016 ", "p": " 83434.40\n"]))
  }

  @Test func missingKeysAreMalformed() {
    for key in ["a", "s", "p", "q", "T", "m"] {
      #expect(FrameRig.outcome(FrameRig.frame(without: [key])) == .malformed, "\(key)")
    }
    #expect(FrameRig.outcome(FrameRig.frame(without: ["e"])) == .otherEvent)
    for key in ["E", "nq", "f", "l", "st"] {
      #expect(FrameRig.outcome(FrameRig.frame(without: [key])) == .trade, "\(key)")
    }
  }

  @Test func wrongTypesAreMalformed() {
    let cases: [(String, [String])] = [
      ("a", ["\"1\"", "-1", "1.5", "1e3", "null", "true", "[1]", "{}", "9223372036854775808", "99999999999999999999"]),
      ("T", ["\"1\"", "-1", "1.5", "null", "99999999999999999999"]),
      ("s", ["1", "null", "[\"BTCUSDT\"]", "{}"]), ("m", ["\"true\"", "1", "null", "TRUE", "truer", "[]"]),
      ("f", ["\"x\"", "null", "-1"]), ("l", ["\"x\"", "null", "-1"]), ("st", ["\"1\"", "null"]),
    ]
    for (key, values) in cases {
      for value in values { #expect(FrameRig.outcome(FrameRig.frame([key: value])) == .malformed, "\(key): \(value)") }
    }
    #expect(FrameRig.outcome(FrameRig.frame(["e": "1"])) == .otherEvent)
  }

  /// A T of microseconds, or absurd, would have the engine pass 10^8 grid points at once.
  @Test func timesOutsideMillisecondsAreMalformed() {
    for time in ["0", "100000000000001", "1791391081874000", "9223372036854775807"] {
      #expect(FrameRig.outcome(FrameRig.frame(["T": time])) == .malformed, "\(time)")
    }
    #expect(FrameRig.outcome(FrameRig.frame(["T": "1"])) == .trade)
    #expect(FrameRig.outcome(FrameRig.frame(["T": "100000000000000"])) == .trade)
  }

  @Test func numbersAreExactOrRefused() {
    let good: [(String, Int64)] = [
      ("0.00000001", 1), ("92233720368.54775807", .max), ("1", 100_000_000), ("1.00000000", 100_000_000),
      ("0000001.5", 150_000_000),
    ]
    for (text, value) in good {
      #expect(FrameRig.parse(FrameRig.frame(["p": "\"\(text)\""])).record.price_e8 == value)
      #expect(FrameRig.parse(FrameRig.frame(["q": "\(text)"])).record.quantity_e8 == value)
    }
    let bad = [
      "NaN", "nan", "Infinity", "1e400", "1e5", "1E5", "-1", "-0.5", "+1", "", ".", ".5", "5.", "1.2.3", "1,5", " 1",
      "1 ", "0x10", "1.123456789", "1.000000000", "92233720368.54775808", "99999999999999999999",
      "12345678901234567890.12345678", "1_000", "\\u0031", "null",
    ]
    for text in bad {
      #expect(FrameRig.outcome(FrameRig.frame(["p": "\"\(text)\""])) == .badNumber, "p: \(text)")
      #expect(FrameRig.outcome(FrameRig.frame(["q": "\"\(text)\""])) == .badNumber, "q: \(text)")
    }
    for text in ["NaN", "1e400", "-1", "null", "[]", "{}", "true"] {
      #expect(FrameRig.outcome(FrameRig.frame(["p": text])) == .badNumber, "bare p: \(text)")
    }
    #expect(FrameRig.outcome(FrameRig.frame(["p": "\"0\""])) == .badNumber, "a price is positive")
    #expect(FrameRig.outcome(FrameRig.frame(["p": "\"0.00000000\""])) == .badNumber)
    let nothing = FrameRig.parse(FrameRig.frame(["q": "\"0.000\""]))
    #expect(nothing.outcome == .trade, "a quantity of 0 moves the last id")
    #expect(nothing.record.quantity_e8 == 0)
  }

  @Test func otherEventsAndAnswers() {
    let others = [
      "{}", "{\"data\":{}}", "{\"data\":null}", "{\"stream\":\"x\"}", FrameRig.frame(["st": "2"]),
      FrameRig.combined(FrameRig.frame(["st": "2"])), FrameRig.frame(["e": "\"trade\""]),
      "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"b\":[[\"1\",\"2\"]],\"a\":[],\"T\":1}",
      "{\"e\":\"bookTicker\",\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"2\",\"a\":\"3\",\"A\":\"4\"}",
      "{\"e\":\"forceOrder\",\"E\":1,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"BUY\",\"q\":\"1\",\"p\":\"2\",\"l\":\"3\"}}",
    ]
    for text in others { #expect(FrameRig.outcome(text) == .otherEvent, "\(text)") }
    for text in [
      "{\"result\":null,\"id\":1}", "{\"id\":7,\"result\":[\"btcusdt@aggTrade\"]}",
      "{\"code\":2,\"msg\":\"Invalid request\"}",
    ] {
      #expect(FrameRig.outcome(text) == .control, "\(text)")
    }
  }

  @Test func whatIsNoFrameIsMalformed() {
    for text in [
      "", " ", "null", "[]", "1", "\"x\"", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\" 1}",
      "{a:1}", "{\"a\":1}x", "{\"a\":1}{}", FrameRig.frame() + ",", "\u{FEFF}" + FrameRig.frame(),
      "{\"x\":" + String(repeating: "[", count: 10_000) + "}", "{\"x\":\"\u{1}\"}", "{\"data\":" + FrameRig.frame(),
    ] {
      #expect(FrameRig.outcome(text) == .malformed, "\(text.prefix(40))")
    }
  }

  @Test func cutShortAtEveryByteIsNeverATrade() {
    for text in [FrameRig.frame(), FrameRig.combined(FrameRig.frame(["s": "\"\\ud83d\\ude00USDT\""]))] {
      let bytes = Array(text.utf8)
      #expect(FrameRig.parse(bytes).outcome == .trade)
      for count in 0..<bytes.count { #expect(FrameRig.parse(Array(bytes[..<count])).outcome == .malformed) }
    }
  }

  /// Whatever a broken line does to a frame, the parser answers; a trade it gives is one in form.
  @Test(arguments: TestSeed.all(2))
  func flippedBytesNeverTrap(seed: UInt64) {
    var random = SeededRandom(seed)
    let samples = [FrameRig.frame(), FrameRig.combined(FrameRig.frame(["s": "\"\\u0042TCUSDT\""]))].map {
      Array($0.utf8)
    }
    var outcomes: Set<FrameOutcome> = []
    for _ in 0..<8_000 {
      var bytes = samples[random.below(2)]
      for _ in 0...random.below(3) {
        switch random.below(4) {
        case 0: bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
        case 1: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 2: bytes.remove(at: random.below(bytes.count))
        default: bytes.insert(bytes[random.below(bytes.count)], at: random.below(bytes.count))
        }
      }
      let (outcome, record) = FrameRig.parse(bytes)
      outcomes.insert(outcome)
      guard outcome == .trade else { continue }
      let again = TestSeed.again(seed, "AggTradeFrameTests", String(decoding: bytes, as: UTF8.self))
      #expect(record.price_e8 > 0 && record.quantity_e8 >= 0 && record.id >= 0 && record.time_ms > 0, again)
      #expect(record.symbol < UInt32(FrameRig.symbols.count), again)
    }
    #expect(outcomes.isSuperset(of: [.trade, .malformed, .badNumber, .unknownSymbol, .otherEvent]))
  }

  /// Recordings hold trades, depth and tickers: all are other events.
  @Test(.enabled(if: SharedData.folder != nil, SharedData.missing))
  func recordedFramesAreOtherEvents() throws {
    for name in ["btcusdt_20230405.dat.gz", "btcusdt_20240719.gz", "ethusdt_20240719.gz"] {
      let bytes = try SharedData.unpacked("recordings/" + name)
      let lines = bytes.split(separator: UInt8(ascii: "\n"))
      #expect(lines.count > 50_000)
      var wrong: [Int] = []
      for (index, line) in lines.enumerated() {
        let frame = line.drop { $0 != UInt8(ascii: " ") }.dropFirst()
        if FrameRig.parse(Array(frame)).outcome != .otherEvent { wrong.append(index + 1) }
      }
      #expect(wrong.isEmpty, "lines of \(name)")
    }
  }

  /// Single live frames of 2021 to 2026: an aggTrade of a symbol we have is a trade with the fields JSON gives.
  @Test(.enabled(if: SharedData.folder != nil, SharedData.missing))
  func wireSamplesOfAllYears() throws {
    var trades = 0
    for line in try SharedData.text("wire/wire_samples_misc.jsonl").split(whereSeparator: \.isNewline) {
      let (outcome, record) = FrameRig.parse(String(line))
      let json = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let event = json["data"] as? [String: Any] ?? json
      guard event["e"] as? String == "aggTrade" else {
        #expect(outcome == .otherEvent || outcome == .control, "\(line)")
        continue
      }
      trades += 1
      #expect(outcome == .trade, "\(line)")
      #expect(FrameRig.symbols.names[Int(record.symbol)] == event["s"] as? String)
      #expect(record.id == event["a"] as? Int64)
      #expect(record.time_ms == event["T"] as? Int64)
      #expect(record.price_e8 == (event["p"] as? String).flatMap { FixedPoint.units($0) })
      #expect(record.quantity_e8 == (event["q"] as? String).flatMap { FixedPoint.units($0) })
      #expect(record.first_id == event["f"] as? Int64)
      #expect(Int64(record.span) == (event["l"] as? Int64).map { $0 - record.first_id })
      #expect((record.flags & RecordFlags.sell != 0) == event["m"] as? Bool)
    }
    #expect(trades >= 5)
  }
}
