import CRecords
import Domain
import Testing

@testable import HotPath

/// The venue's form against the general scanner: one frame, one reading, whatever the bytes are.
@Suite struct AggTradeFormTests {
  /// Whether the fast reading took the frame, in a buffer of exactly its size so that a sanitizer sees a byte too far.
  private func formTakes(_ bytes: [UInt8]) -> Bool {
    var record = apus_record()
    let exact = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    defer { exact.deallocate() }
    exact.update(from: bytes, count: bytes.count)
    return AggTradeForm.parse(exact, bytes.count, symbols: FrameRig.symbols.index, into: &record)
  }

  private func readings(_ bytes: [UInt8]) -> (parsed: FrameOutcome, scanned: FrameOutcome, agree: Bool) {
    var parsed = apus_record()
    var scanned = apus_record()
    let first = AggTradeFrame.parse(bytes.span, symbols: FrameRig.symbols.index, into: &parsed)
    let second = AggTradeFrame.scan(bytes.span, symbols: FrameRig.symbols.index, into: &scanned)
    let isSame =
      parsed.id == scanned.id && parsed.symbol == scanned.symbol && parsed.time_ms == scanned.time_ms
      && parsed.price_e8 == scanned.price_e8 && parsed.quantity_e8 == scanned.quantity_e8
      && parsed.flags == scanned.flags && parsed.first_id == scanned.first_id && parsed.span == scanned.span
    return (first, second, first == second && (first != .trade || isSame))
  }

  /// Words of two fields are written at once: beside what is read, the kind stays, and there is no delta yet.
  @Test func theKindStandsBesideWhatIsRead() {
    for data in [FrameRig.frame(), FrameRig.frame(["m": "false", "s": "\"SOLUSDT\""])] {
      let bytes = Array(FrameRig.combined(data).utf8)
      var record = apus_record()
      record.kind = EventKind.historyTrade.rawValue
      record.arrivalNanos = 0x0123_4567_89AB_CDEF
      record.now_delta_ms = 7
      #expect(AggTradeFrame.parse(bytes.span, symbols: FrameRig.symbols.index, into: &record) == .trade)
      #expect(record.kind == EventKind.historyTrade.rawValue && record.now_delta_ms == 0 && !record.isSampled)
      #expect(record.arrivalNanos == 0x0123_4567_89AB_CDEF && record.received_ns == 0x89AB_CDEF)
      var general = apus_record()
      #expect(AggTradeFrame.scan(bytes.span, symbols: FrameRig.symbols.index, into: &general) == .trade)
      #expect(record.flags == general.flags && record.symbol == general.symbol && record.span == general.span)
    }
  }

  @Test func takesTheVenuesFrames() {
    for data in [
      FrameRig.frame(), FrameRig.frame(without: ["st"]), FrameRig.frame(without: ["nq", "st"]),
      FrameRig.frame(["m": "false"]), FrameRig.frame(["q": "\"17\"", "nq": "\"0\""]),
      FrameRig.frame(order: ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m"]),
      FrameRig.frame(["p": "\"0.00001234\"", "q": "\"123456.12345678\"", "s": "\"SOLUSDT\""]),
    ] {
      #expect(formTakes(Array(data.utf8)), "\(data)")
      #expect(formTakes(Array(FrameRig.combined(data).utf8)), "combined \(data)")
      #expect(readings(Array(data.utf8)).agree, "\(data)")
    }
  }

  /// Each of these is a trade, or an error, for the general scanner to find.
  @Test func leavesTheRestToTheScanner() {
    for data in [
      FrameRig.frame(["p": "\"123456789.12345678\""]), FrameRig.frame(["q": "\"92233720368.54775808\""]),
      FrameRig.frame(["q": "\"-1\""]), FrameRig.frame(["p": "\"1.123456789\""]), FrameRig.frame(["p": "\"0.00\""]),
      FrameRig.frame(["p": "\".5\""]), FrameRig.frame(["p": "\"5.\""]), FrameRig.frame(["q": "\"1.2.3\""]),
      FrameRig.frame(["q": "\"\""]), FrameRig.frame(["a": "12345678901234567"]), FrameRig.frame(["a": "-1"]),
      FrameRig.frame(["T": "0"]), FrameRig.frame(["T": "100000000000001"]), FrameRig.frame(["st": "2"]),
      FrameRig.frame(["s": "\"UNKNOWN\""]), FrameRig.frame(["s": "\"BTCUSDT\u{0}\""]),
      FrameRig.frame(["s": "\"BTC\\u0055SDT\""]), FrameRig.frame(["m": "null"]),
      FrameRig.frame(extra: ",\"new\":1"), FrameRig.frame(extra: " "), FrameRig.frame(["e": "\"trade\""]),
      FrameRig.frame(["f": "\"1\""]), FrameRig.frame(without: ["f"]), FrameRig.frame(["E": "1,2"]),
    ] {
      #expect(!formTakes(Array(data.utf8)), "\(data)")
      let (parsed, scanned, agree) = readings(Array(data.utf8))
      #expect(agree, "\(data): \(parsed), \(scanned)")
    }
  }

  @Test(arguments: TestSeed.all(8)) func anyBytesReadTheSame(_ seed: UInt64) {
    var random = SeededRandom(seed)
    let alphabet = Array("0123456789.,:\"{}\\ eEaspqnflTmt-\u{0}\u{7F}é".utf8)
    var taken = 0
    for _ in 0..<4000 {
      let whole = random.below(1_000_000)
      let data = FrameRig.frame(
        [
          "p": "\"\(whole).\(random.below(100_000_000))\"", "q": "\"\(random.below(1000)).\(random.below(1000))\"",
          "a": "\(random.next() >> UInt64(random.below(64)))", "l": "\(8_154_045_700 + random.below(9))",
          "f": "\(random.next() >> UInt64(20 + random.below(44)))", "m": random.chance(500) ? "true" : "false",
        ], without: random.chance(300) ? ["nq"] : random.chance(300) ? ["st"] : [])
      var bytes = Array((random.chance(500) ? FrameRig.combined(data) : data).utf8)
      if random.chance(700) {
        for _ in 0...random.below(3) {
          let place = random.below(bytes.count)
          switch random.below(4) {
          case 0: bytes[place] = alphabet[random.below(alphabet.count)]
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
          default: bytes.removeLast(min(random.below(40), bytes.count - 1))
          }
        }
      }
      if formTakes(bytes) { taken += 1 }
      let (parsed, scanned, agree) = readings(bytes)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(agree, TestSeed.again(seed, "anyBytesReadTheSame", "\(parsed), \(scanned): \(text)"))
    }
    #expect(taken > 500, "the fast reading takes what is whole")
  }

  @Test func everyLengthOfNameIsFound() {
    let names = (1...15).map { String("ABCDEFGHIJKLMNO".prefix($0)) } + ["ABCDEFGHIJKLMNOPQRST", "币安人生USDT"]
    let table = SymbolTable(names)
    for (index, name) in names.enumerated() {
      let bytes = Array(FrameRig.frame(["s": "\"\(name)\""]).utf8)
      var record = apus_record()
      #expect(AggTradeFrame.parse(bytes.span, symbols: table.index, into: &record) == .trade)
      #expect(record.symbol == UInt32(index), "\(name)")
    }
  }
}
