import CRecords
import Domain
import Testing

@testable import HotPath

@Suite struct AggTradeRowTests {
  private func parse(_ text: String) -> (outcome: RowOutcome, record: apus_record) {
    let bytes = Array(text.utf8)
    var record = apus_record()
    let outcome = AggTradeRow.parse(bytes.span, 0, bytes.count, into: &record)
    return (outcome, record)
  }

  private let sample = "3469657145,83624.5,0.03,8131311701,8131311703,1790726400261,false"

  @Test func aRowOfAnArchive() {
    let (outcome, record) = parse(sample)
    #expect(outcome == .trade)
    #expect(record.id == 3_469_657_145)
    #expect(record.price_e8 == units("83624.5"))
    #expect(record.quantity_e8 == units("0.03"))
    #expect(record.first_id == 8_131_311_701)
    #expect(record.span == 2)
    #expect(record.time_ms == 1_790_726_400_261)
    #expect(record.flags == 0)
    #expect(parse(sample + ",true").outcome == .trade, "spot archives have an eighth column")
  }

  @Test func spellingsOfTheMaker() {
    for (word, flags) in [("true", 1), ("True", 1), ("TRUE", 1), ("False", 0), ("FALSE", 0)] as [(String, UInt16)] {
      let (outcome, record) = parse("1,2,3,4,5,6,\(word)")
      #expect(outcome == .trade)
      #expect(record.flags == flags)
    }
    for word in ["", "1", "truth", "tru", "truee", "falsey", " true", "nil", "yes"] {
      #expect(parse("1,2,3,4,5,6,\(word)").outcome == .badMaker, "\(word)")
    }
  }

  @Test func aLineEndsWhereItsRangeDoes() {
    let bytes = Array("xx1,2,3,4,5,6,true\n2,3,4,5,6,7,false\n".utf8)
    var record = apus_record()
    #expect(AggTradeRow.parse(bytes.span, 2, 18, into: &record) == .trade)
    #expect(record.flags == RecordFlags.sell)
    #expect(AggTradeRow.parse(bytes.span, 19, bytes.count - 1, into: &record) == .trade)
    #expect(record.id == 2)
    #expect(AggTradeRow.parse(bytes.span, 2, 2, into: &record) != .trade)
    // An empty first line, with and without room to read many bytes at once (found by the fuzzer).
    #expect(AggTradeRow.parse(bytes.span, 0, 0, into: &record) == .badId)
    #expect(AggTradeRow.parse(Array(repeating: UInt8(ascii: "\n"), count: 256).span, 0, 0, into: &record) == .badId)
  }

  @Test func everyFieldIsToldByItsName() {
    let cases: [(String, RowOutcome)] = [
      ("", .badId), ("x,2,3,4,5,6,true", .badId), ("-1,2,3,4,5,6,true", .badId), ("1.5,2,3,4,5,6,true", .badId),
      ("9223372036854775808,2,3,4,5,6,true", .badId), ("1,NaN,3,4,5,6,true", .badPrice),
      ("1,0,3,4,5,6,true", .badPrice),
      ("1,-2,3,4,5,6,true", .badPrice), ("1,1e400,3,4,5,6,true", .badPrice), ("1,1.123456789,3,4,5,6,true", .badPrice),
      ("1,99999999999999999999,3,4,5,6,true", .badPrice), ("1,2,,4,5,6,true", .badQuantity),
      ("1,2,-3,4,5,6,true", .badQuantity), ("1,2,3e5,4,5,6,true", .badQuantity), ("1,2,3,x,5,6,true", .badId),
      ("1,2,3,4,-5,6,true", .badId), ("1,2,3,4,5,x,true", .badTime), ("1,2,3,4,5,0,true", .badTime),
      ("1,2,3,4,5,6.5,true", .badTime), ("1,2,3,4,5,100000000000001,true", .microseconds),
      ("1,2,3,4,5,1790726400261000,true", .microseconds), ("1", .wrongFieldCount), ("1,2", .wrongFieldCount),
      ("1,2,3,4,5,6", .wrongFieldCount), (" 1,2,3,4,5,6,true", .badId), ("1, 2,3,4,5,6,true", .badPrice),
      ("\"1\",2,3,4,5,6,true", .badId),
    ]
    for (row, outcome) in cases { #expect(parse(row).outcome == outcome, "\(row)") }
    #expect(parse("1,2,0.00000000,4,5,6,true").outcome == .trade, "a quantity of 0 moves the last id")
    #expect(parse("1,2,3,4,5,100000000000000,true").outcome == .trade)
    #expect(parse("1,2,3,9,5,6,true").record.span == 0, "a last id before the first")
  }

  @Test func cutShortAtEveryByteIsNoTrade() {
    let bytes = Array(sample.utf8)
    var record = apus_record()
    for count in 0..<bytes.count {
      #expect(AggTradeRow.parse(bytes.span, 0, count, into: &record) != .trade, "\(count)")
      #expect(parse(String(decoding: bytes[..<count], as: UTF8.self)).outcome != .trade, "\(count)")
    }
  }

  @Test(arguments: TestSeed.all(2))
  func flippedBytesNeverTrap(seed: UInt64) {
    var random = SeededRandom(seed)
    var refused = 0
    for _ in 0..<4_000 {
      var bytes = Array(sample.utf8)
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      var record = apus_record()
      let outcome = AggTradeRow.parse(bytes.span, 0, bytes.count, into: &record)
      if outcome != .trade {
        refused += 1
        continue
      }
      let again = TestSeed.again(seed, "AggTradeRowTests", String(decoding: bytes, as: UTF8.self))
      #expect(record.price_e8 > 0 && record.quantity_e8 >= 0 && record.id >= 0 && record.time_ms > 0, again)
    }
    #expect(refused > 1_000)
  }

  /// With rows behind it a row is read sixteen bytes at once, without any byte by byte: one row, one reading.
  @Test(arguments: TestSeed.all(4))
  func aRowReadsTheSameEitherWay(seed: UInt64) {
    var random = SeededRandom(seed)
    let alphabet = Array("0123456789.,truefalsTRUE-+e \r".utf8)
    let behind = Array(("\n" + sample + "\n" + sample + "\n" + sample).utf8)
    var trades = 0
    var lines = 0
    for _ in 0..<4_000 {
      let price = "\(random.below(1_000_000)).\(random.below(1_000))"
      let quantity =
        random.chance(300) ? "\(random.below(1_000_000))" : "\(random.below(900)).\(random.next() % 100_000_000)"
      let first = random.next() >> UInt64(24 + random.below(40))
      let text =
        "\(random.next() >> UInt64(10 + random.below(54))),\(price),\(quantity),\(first),\(first + 3),"
        + "\(1_700_000_000_000 + random.below(1_000_000)),\(random.chance(500))"
      var row = Array(text.utf8)
      if random.chance(600) { row[random.below(row.count)] = alphabet[random.below(alphabet.count)] }
      if random.chance(100) { row.remove(at: random.below(row.count)) }
      let all = row + behind
      var record = apus_record()
      var slow = apus_record()
      let outcome = AggTradeRow.parse(all.span, 0, row.count, into: &record)
      let again = TestSeed.again(seed, "aRowReadsTheSameEitherWay", String(decoding: row, as: UTF8.self))
      let isSameOutcome = outcome == AggTradeRow.scan(all.span, 0, row.count, into: &slow)
      #expect(isSameOutcome, again)
      var whole = apus_record()
      let next = AggTradeRow.line(all.span, 0, into: &whole)
      #expect(next == 0 || next == row.count + 1 && outcome == .trade, again)
      guard outcome == .trade else { continue }
      trades += 1
      if next > 0 {
        lines += 1
        let isSameRow =
          whole.id == slow.id && whole.time_ms == slow.time_ms && whole.price_e8 == slow.price_e8
          && whole.quantity_e8 == slow.quantity_e8 && whole.flags == slow.flags && whole.first_id == slow.first_id
          && whole.span == slow.span
        #expect(isSameRow, again)
      }
      let isSame =
        record.id == slow.id && record.time_ms == slow.time_ms && record.price_e8 == slow.price_e8
        && record.quantity_e8 == slow.quantity_e8 && record.flags == slow.flags && record.first_id == slow.first_id
        && record.span == slow.span
      #expect(isSame, again)
    }
    #expect(trades > 1_000 && lines > 500)
  }

  /// The end of a line is its own line feed: not a carriage return's, not that of the row behind, none at the end of a file.
  @Test func aLineIsReadAtOnceOrNotAtAll() {
    let behind = String(repeating: "0", count: 128)
    for (text, next) in [
      (sample + "\n", sample.utf8.count + 1), (sample + "\r\n", 0), (sample + ",true\n", 0), (sample + " \n", 0),
      (sample, 0),
      ("\n" + sample + "\n", 0), ("agg_trade_id,price\n", 0),
    ] as [(String, Int)] {
      var record = apus_record()
      let bytes = Array((text + behind).utf8)
      #expect(AggTradeRow.line(bytes.span, 0, into: &record) == next, "\(text.debugDescription)")
      let short = Array(text.utf8)
      #expect(AggTradeRow.line(short.span, 0, into: &record) == 0, "no room behind it")
    }
  }

  @Test(.enabled(if: SharedData.folder != nil, SharedData.missing))
  func rowsOfRealArchives() throws {
    var rows = try SharedData.text("wire/BTCUSDT-aggTrades-2026-09-30.head20tail5.csv").split(
      whereSeparator: \.isNewline)
    rows.removeFirst()
    #expect(rows.count >= 25)
    for row in rows where row.contains(",") { #expect(parse(String(row)).outcome == .trade, "\(row)") }
    let spot = try SharedData.unpacked("aggtrades/NEXOUSDT-spot-20240723_1539-20240724_2359.csv.gz")
    var trades = 0
    for line in spot.split(separator: UInt8(ascii: "\n")) where line[line.startIndex] < UInt8(ascii: "a") {
      #expect(parse(String(decoding: line, as: UTF8.self)).outcome == .trade)
      trades += 1
    }
    #expect(trades > 1_000)
  }
}
