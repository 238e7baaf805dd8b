import CRecords
import Domain
import Foundation
import HotPath
import Testing

@testable import Replay

@Suite struct TradeFileTests {
  enum Form: String, CaseIterable, Sendable { case plain, gzip, zip }

  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func file(_ form: Form, _ text: String) throws -> String {
    switch form {
    case .plain: try folder.write("t.csv", text)
    case .gzip: try folder.gzip("t.csv.gz", text)
    case .zip: try folder.zip("t.zip", [("t.csv", text)])
    }
  }

  private func read(_ path: String) throws -> [apus_record] {
    let file = try TradeFile(path)
    var records: [apus_record] = []
    var record = apus_record()
    while try file.next(into: &record) { records.append(record) }
    // At the end it stays at the end.
    let again = try file.next(into: &record)
    #expect(!again)
    return records
  }

  private func ids(_ path: String) throws -> [Int64] { try read(path).map(\.id) }

  private func error(_ path: String) -> ReplayError? {
    do {
      let ids = try ids(path)
      Issue.record("no error, but trades \(ids.prefix(5))")
      return nil
    } catch { return error as? ReplayError }
  }

  /// Nobody writes to this one: an open that waits for it would never return.
  @Test func aPipeIsToldAtOnce() throws {
    let path = folder.file("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    #expect(error(path) == .cannotOpen(path: path, reason: "not a regular file"))
  }

  @Test(arguments: Form.allCases)
  func fieldsAreExact(form: Form) throws {
    let text = header + "26129,0.01633102,4.70443515,27781,27785,1498793709153,true\n" + row(26130, 1_498_793_709_154)
    let records = try read(try file(form, text))
    try #require(records.count == 2)
    let first = records[0]
    #expect(first.id == 26129 && first.price_e8 == 1_633_102 && first.quantity_e8 == 470_443_515)
    #expect(first.time_ms == 1_498_793_709_153 && first.flags == RecordFlags.sell)
    #expect(first.first_id == 27781 && first.span == 4)
    #expect(records[1].flags == 0 && records[1].price_e8 == 10_050_000_000)
  }

  @Test(arguments: Form.allCases)
  func lineEndsAndBlankLinesDoNotMatter(form: Form) throws {
    let rows = [row(1, 1_000), row(2, 1_001), row(3, 1_002)]
    let plain = rows.joined()
    let crlf = "\n"
    let variants = [
      plain, header + plain, String(plain.dropLast()), header + String(plain.dropLast()),
      (header + plain).replacing("\n", with: "\r" + crlf), String(plain.replacing("\n", with: "\r" + crlf).dropLast()),
      "\n" + plain, rows.joined(separator: "\n\n"), plain + "\n\n", "\r" + crlf + plain + "\r" + crlf,
      "\u{FEFF}" + header + plain, "\u{FEFF}" + plain,
    ]
    for variant in variants { #expect(try ids(try file(form, variant)) == [1, 2, 3], "\(variant.debugDescription)") }
  }

  @Test func theContentTellsTheFormNotTheName() throws {
    #expect(try ids(try folder.gzip("named.csv", row(7, 1_000))) == [7])
    #expect(try ids(try folder.write("named.zip", row(8, 1_000))) == [8])
  }

  @Test func membersFollowOneAnother() throws {
    let path = try folder.zip(
      "many.zip",
      [
        ("a.csv", header + row(1, 1_000) + String(row(2, 1_001).dropLast())), ("README.txt", "not,a,trade\n"),
        ("b.csv", header + row(3, 1_002)), ("empty.csv", ""), ("c.csv", row(4, 1_003)),
      ])
    #expect(try ids(path) == [1, 2, 3, 4])
  }

  @Test func concatenatedGzipIsOneFile() throws {
    try folder.gzip("a.gz", header + row(1, 1_000))
    try folder.gzip("b.gz", row(2, 1_001))
    let path = try folder.write("both.gz", bytes: try folder.bytes("a.gz") + (try folder.bytes("b.gz")))
    #expect(try ids(path) == [1, 2])
  }

  /// Rows over several chunks of the unpacking buffer, of lengths that put every kind of cut somewhere.
  @Test(arguments: Form.allCases)
  func chunkBoundariesAreNotSeen(form: Form) throws {
    var text = header
    for id in 1...60_000 as ClosedRange<Int64> { text += row(id, 1_600_000_000_000 + id, price: "\(id * 7919)") }
    #expect(text.utf8.count > 3 << 20)
    let records = try read(try file(form, text))
    #expect(records.count == 60_000)
    for (index, record) in records.enumerated() {
      let id = Int64(index + 1)
      guard record.id == id, record.price_e8 == id * 7919 * 100_000_000, record.time_ms == 1_600_000_000_000 + id else {
        Issue.record("row \(id) came as \(record)")
        return
      }
    }
  }

  @Test(arguments: Form.allCases)
  func aBrokenRowIsToldWithLineAndContent(form: Form) throws {
    let broken = "5,abc,1,1,1,1000,true"
    for (before, after) in [("", row(1, 1_000)), (row(1, 1_000) + "\n", row(2, 1_001)), (row(1, 1_000), "")] {
      let path = try file(form, header + before + broken + (after.isEmpty ? "" : "\n") + after)
      let line = 2 + before.filter { $0 == "\n" }.count
      let reason = "the price is not a positive decimal of at most 8 places"
      #expect(error(path) == .badRow(path: path, line: line, content: broken, reason: reason))
    }
  }

  @Test(arguments: Form.allCases)
  func aBrokenRowBehindAChunkKeepsItsLine(form: Form) throws {
    var text = header
    for id in 1...40_000 as ClosedRange<Int64> { text += row(id, 1_600_000_000_000 + id) }
    #expect(text.utf8.count > 3 << 19)
    let path = try file(form, text + "40001,1,1,1,1,1600000000000,maybe\r\n" + row(40_002, 1_600_000_000_000))
    guard case .badRow(_, let line, let content, let reason) = error(path) else {
      Issue.record("another error")
      return
    }
    #expect(line == 40_002 && content == "40001,1,1,1,1,1600000000000,maybe")
    #expect(reason == "is_buyer_maker is neither true nor false")
  }

  @Test(arguments: [
    ("x,1,1,1,1,1000,true", "an id"), ("1,0,1,1,1,1000,true", "the price"), ("1,-1,1,1,1,1000,true", "the price"),
    ("1,1.123456789,1,1,1,1000,true", "the price"), ("1,92233720369,1,1,1,1000,true", "the price"),
    ("1,1e3,1,1,1,1000,true", "the price"), ("1,1,NaN,1,1,1000,true", "the quantity"),
    ("1,1,,1,1,1000,true", "the quantity"), ("1,1,1,,1,1000,true", "an id"), ("1,1,1,1,1,soon,true", "the time"),
    ("1,1,1,1,1,0,true", "the time"), ("1,1,1,1,1,1000", "fewer than 7"), ("1", "fewer than 7"),
    ("1,1,1,1,1,1000,yes", "is_buyer_maker"), ("9223372036854775808,1,1,1,1,1000,true", "an id"),
    ("9223372036854775807,1,1,1,1,1000,true", "2^60"), ("1152921504606846977,1,1,1,1,1000,true", "2^60"),
    ("1,1,1,1,1,1600000000000000,true", "microseconds"), (" 1,1,1,1,1,1000,true", "an id"),
  ])
  func everyKindOfBrokenRowHasAReason(line: String, words: String) throws {
    let error = try #require(error(try folder.write("t.csv", row(1, 1_000) + line + "\n")))
    #expect("\(error)".contains(words) && "\(error)".contains("line 2") && "\(error)".contains(line), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test func aLongOrBinaryLineIsShownShortened() throws {
    let path = try folder.write("t.csv", "\u{1B}[31m" + String(repeating: "x", count: 5_000))
    guard case .badRow(_, 1, let content, _) = error(path) else {
      Issue.record("another error")
      return
    }
    #expect(content == "?[31m" + String(repeating: "x", count: 115) + "...")
  }

  /// Data cut anywhere, the check sum at the end included, must not look like a short day.
  @Test func aTruncatedGzipIsAnError() throws {
    var text = header
    for id in 1...30_000 as ClosedRange<Int64> {
      text += row(id, 1_600_000_000_000 + id * 37, price: "\(id * 7919 % 100_003 + 1)")
    }
    try folder.gzip("whole.gz", text)
    let whole = try folder.bytes("whole.gz")
    #expect(try ids(folder.file("whole.gz")).count == 30_000)
    for kept in [12, whole.count / 3, whole.count * 2 / 3, whole.count - 9, whole.count - 4, whole.count - 1] {
      let path = try folder.write("cut.gz", bytes: Array(whole.prefix(kept)))
      switch error(path) {
      case .cannotOpen, .cannotRead, .badRow: break
      case let other: Issue.record("\(kept) of \(whole.count) bytes: \(String(describing: other))")
      }
    }
  }

  @Test func aCorruptZipIsAnError() throws {
    var text = header
    for id in 1...30_000 as ClosedRange<Int64> { text += row(id, 1_600_000_000_000 + id * 37, price: "\(id)") }
    try folder.zip("whole.zip", [("t.csv", text)])
    let whole = try folder.bytes("whole.zip")
    let truncated = try folder.write("cut.zip", bytes: Array(whole.prefix(whole.count / 2)))
    #expect(error(truncated) != nil)
    for position in [whole.count / 4, whole.count / 2, whole.count * 3 / 4] {
      var bytes = whole
      for offset in 0..<64 { bytes[position + offset] ^= 0x5A }
      #expect(error(try folder.write("bent.zip", bytes: bytes)) != nil, "at \(position)")
    }
    #expect(error(try folder.write("fake.zip", "PK\u{3}\u{4} not a zip at all")) != nil)
    #expect(error(try folder.write("fake.gz", bytes: [0x1F, 0x8B, 0x08, 0x00, 0xFF])) != nil)
  }

  /// A download that failed is empty; a day without a trade has a header.
  @Test func nothingAtAllIsAnErrorAndAHeaderAloneIsNot() throws {
    for path in [
      try folder.write("t.csv", ""), try folder.zip("t.zip", [("t.csv", "")]),
      try folder.zip("no.zip", [("readme.txt", row(1, 1_000))]),
    ] { #expect(error(path) == .noTrades(path: path)) }
    // What gzip makes of nothing has no entry for libarchive.
    let packed = try folder.gzip("t.gz", "")
    #expect(error(packed) == .cannotRead(path: packed, reason: "Unrecognized archive format"))
    for form in Form.allCases { #expect(try ids(try file(form, header)) == []) }
  }

  @Test func whatIsNoFileCannotBeOpened() throws {
    #expect(error(folder.path) == .cannotOpen(path: folder.path, reason: "not a regular file"))
    let missing = folder.file("no.csv")
    #expect(error(missing) == .cannotOpen(path: missing, reason: "No such file or directory"))
  }

  @Test(arguments: Form.allCases)
  func progressEndsAtTheFilesSize(form: Form) throws {
    var text = ""
    for id in 1...20_000 as ClosedRange<Int64> { text += row(id, 1_600_000_000_000 + id) }
    let path = try file(form, text)
    let file = try TradeFile(path)
    var record = apus_record()
    var last: Int64 = 0
    while try file.next(into: &record) {
      #expect(file.bytesConsumed >= last)
      last = file.bytesConsumed
    }
    #expect(last > 0 && file.bytesConsumed <= ReplayRun.fileBytes(path))
  }

  /// Rows that are read many at once and those that are not take turns: blank lines, headers, other line ends, short rows.
  @Test(arguments: [1, 2, 7, 512])
  func roomForManyGivesTheSameRows(room: Int) throws {
    var text = ""
    var expected: [Int64] = []
    for id in 1...3_000 as ClosedRange<Int64> {
      if id % 97 == 0 { text += "\n" }
      if id % 401 == 0 { text += header }
      let line = id % 31 == 0 ? "\(id),1,1,1,1,\(1_760_000_000_000 + id),true\n" : longRow(id)
      text += id % 53 == 0 ? line.replacing("\n", with: "\r\n") : line
      expected.append(id)
    }
    let file = try TradeFile(try folder.write("mixed.csv", text))
    let rows = UnsafeMutableBufferPointer<apus_record>.allocate(capacity: room)
    defer { rows.deallocate() }
    var blank = apus_record()
    blank.kind = 9
    rows.initialize(repeating: blank)
    var ids: [Int64] = []
    while true {
      let count = try file.read(into: rows)
      if count == 0 { break }
      for record in rows[..<count] {
        #expect(record.kind == 9, "the kind is the caller's")
        ids.append(record.id)
      }
    }
    #expect(ids == expected)
    #expect(file.bytesConsumed == Int64(text.utf8.count))
  }

  @Test func rowsBeforeABrokenOneAreGivenFirst() throws {
    let text = (1...5).map { longRow($0) }.joined() + "6,x,1,1,1,1000,true\n" + longRow(7)
    let path = try folder.write("broken.csv", text)
    let file = try TradeFile(path)
    let rows = UnsafeMutableBufferPointer<apus_record>.allocate(capacity: 64)
    defer { rows.deallocate() }
    rows.initialize(repeating: apus_record())
    #expect(try file.read(into: rows) == 5)
    for _ in 0..<2 {
      let error = #expect(throws: ReplayError.self) { try file.read(into: rows) }
      guard case .badRow(_, 6, _, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  /// As archives have them: long enough to be read at once.
  private func longRow(_ id: Int64) -> String {
    "\(id),60000.1,0.015,5000000000,5000000001,\(1_760_000_000_000 + id),\(id % 3 == 0)\n"
  }
}
