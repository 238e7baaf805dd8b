import Foundation
import Synchronization
import Testing

@testable import Venues

/// Archives over real TLS from a venue in this process that cuts, limits, lies and replaces.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ArchiveDownloadTests {
  private static let certificate = TestCertificate()
  private static let file = ArchiveFile(symbol: "BTCUSDT", period: "2026-09-01")
  /// More than the client's buffer.
  private static let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

  /// A request and the connection it came on.
  private struct Request {
    var path: String
    var range: String?
    var condition: String?
    /// Requests for the file itself, this one counted; 0 for its checksum.
    var number: Int
  }

  /// Serves `content` by ranges and the checksum of `told`; `script` may answer in its place and says so by true.
  private final class Venue: Sendable {
    let requests = Mutex<[Request]>([])
    let content: Mutex<[UInt8]>
    let venue = Mutex<TestVenue?>(nil)
    var port: UInt16 { venue.withLock { $0?.port ?? 0 } }

    init(
      told: [UInt8]? = nil, content: [UInt8] = ArchiveDownloadTests.content,
      _ script: @escaping @Sendable (TestConnection, Request) -> Bool = { _, _ in false }
    ) {
      self.content = Mutex(content)
      let made = TestVenue(certificate) { [self] connection, _ in
        while let head = connection.readHead() {
          let request = note(head)
          if script(connection, request) { return }
          let bytes = self.content.withLock { $0 }
          if request.number == 0 {
            connection.answer(200, "\(Self.hex(told ?? bytes))  BTCUSDT-aggTrades-2026-09-01.zip\n")
          } else {
            Self.serve(bytes, request, connection)
          }
        }
      }
      venue.withLock { $0 = made }
    }

    func stop() { venue.withLock { $0?.stop() } }

    var all: [Request] { requests.withLock { $0 } }

    private func note(_ head: String) -> Request {
      let lines = head.components(separatedBy: "\r\n")
      func header(_ name: String) -> String? {
        lines.first { $0.lowercased().hasPrefix(name + ":") }.map {
          $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
      }
      let path = String(lines[0].split(separator: " ")[1])
      return requests.withLock { requests in
        let earlier = requests.count { !$0.path.hasSuffix(".CHECKSUM") }
        requests.append(
          Request(
            path: path, range: header("range"), condition: header("if-range"),
            number: path.hasSuffix(".CHECKSUM") ? 0 : earlier + 1))
        return requests[requests.count - 1]
      }
    }

    static func etag(_ bytes: [UInt8]) -> String { "\"\(hex(bytes).prefix(8))\"" }

    static func hex(_ bytes: [UInt8]) -> String {
      let digest = Sha256()
      bytes.withUnsafeBytes { digest.update($0) }
      return digest.finish()
    }

    private static func serve(_ bytes: [UInt8], _ request: Request, _ connection: TestConnection) {
      let start = request.range.flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
      let tag = etag(bytes)
      if request.range != nil, start >= bytes.count {
        return connection.answer(416, "", headers: ["Content-Range: bytes */\(bytes.count)"])
      }
      guard start > 0, request.condition == nil || request.condition == tag else {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\nETag: \(tag)\r\n\r\n")
        return connection.write(bytes)
      }
      connection.write(
        "HTTP/1.1 206 Partial\r\nContent-Length: \(bytes.count - start)\r\nETag: \(tag)\r\n"
          + "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)\r\n\r\n")
      connection.write(Array(bytes[start...]))
    }
  }

  private final class Folder {
    let path = NSTemporaryDirectory() + "/apus-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(path)/\(name)").map(Array.init) }
    func write(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
  }

  private let folder: Folder

  init() throws { folder = try Folder() }

  private func download(_ venue: Venue, attemptsMax: Int = 3) throws -> ArchiveDownload {
    try ArchiveDownload(
      address: VenueAddress(host: "localhost", port: venue.port), trust: TLSTrust(caFile: Self.certificate.file),
      folder: folder.path, attemptsMax: attemptsMax)
  }

  private func fetch(_ venue: Venue, attemptsMax: Int = 3) throws -> ArchiveOutcome {
    try download(venue, attemptsMax: attemptsMax).fetch(Self.file) { _ in }
  }

  private func expectWhole(_ content: [UInt8] = Self.content) {
    #expect(folder.names == [Self.file.name, Self.file.name + ".CHECKSUM"])
    #expect(folder.bytes(Self.file.name) == content)
    let checksum = String(decoding: folder.bytes(Self.file.name + ".CHECKSUM") ?? [], as: UTF8.self)
    #expect(checksum == "\(Venue.hex(content))  \(Self.file.name)\n")
  }

  @Test func aFileComesWholeAndIsKept() throws {
    let venue = Venue()
    defer { venue.stop() }
    let bytes = Int64(Self.content.count)
    let download = try download(venue)
    var seen: [Int64] = []
    let outcome = try download.fetch(Self.file) { progress in
      if case .bytes(let done, total: bytes) = progress { seen.append(done) }
    }
    #expect(outcome == .fetched(bytes: bytes, resumedBytes: 0))
    #expect(seen.first == 0 && seen.last == bytes && seen.count > 3 && seen == seen.sorted())
    expectWhole()
    #expect(try download.fetch(Self.file) { _ in } == .kept(bytes: bytes))
    let path = "/data/futures/um/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-09-01.zip"
    #expect(venue.all.map(\.path) == [path + ".CHECKSUM", path, path + ".CHECKSUM"])
    #expect(venue.venue.withLock { $0?.connectionCount } == 1)
    #expect(try ArchiveChecksum.verdict(of: download.path(of: Self.file)) == .fits)
  }

  @Test func aCutIsResumed() throws {
    let half = Array(Self.content[..<100_000])
    let venue = Venue { connection, request in
      guard request.number == 1 else { return false }
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nETag: \(Venue.etag(Self.content))\r\n\r\n")
      connection.write(half)
      return true
    }
    defer { venue.stop() }
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 100_000))
    expectWhole()
    let last = try #require(venue.all.last)
    #expect(last.range == "bytes=100000-" && last.condition == Venue.etag(Self.content))
  }

  /// As a process that was stopped leaves it; with and without the note of its version.
  @Test(arguments: [true, false]) func whatAnEarlierProcessLeftIsGoneOnWith(hasTag: Bool) throws {
    let venue = Venue()
    defer { venue.stop() }
    try folder.write(Self.file.name + ".part", Array(Self.content[..<70_000]))
    if hasTag { try folder.write(Self.file.name + ".part.etag", Array(Venue.etag(Self.content).utf8)) }
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 70_000))
    #expect(venue.all.last?.condition == (hasTag ? Venue.etag(Self.content) : nil))
    expectWhole()
  }

  @Test func aWholePartIsNotFetchedAgain() throws {
    let venue = Venue()
    defer { venue.stop() }
    try folder.write(Self.file.name + ".part", Self.content)
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 200_000))
    #expect(venue.all.count == 2)
    expectWhole()
  }

  @Test func aPartOfAnotherVersionIsStartedAnew() throws {
    let venue = Venue()
    defer { venue.stop() }
    let other = [UInt8](repeating: 7, count: 50_000)
    try folder.write(Self.file.name + ".part", other)
    try folder.write(Self.file.name + ".part.etag", Array("\"other\"".utf8))
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 0))
    // Without the note the venue gives the rest, and the checksum finds out.
    try folder.write(Self.file.name + ".part", other)
    unlink("\(folder.path)/\(Self.file.name)")
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 0))
    expectWhole()
  }

  @Test func aServerWithoutRangesIsReadFromTheStart() throws {
    let venue = Venue { connection, request in
      guard request.number > 0 else { return false }
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for from in stride(from: 0, to: 200_000, by: 50_000) {
        connection.write("C350\r\n")
        connection.write(Array(Self.content[from..<from + 50_000]))
        connection.write("\r\n")
      }
      connection.write("0\r\n\r\n")
      return true
    }
    defer { venue.stop() }
    try folder.write(Self.file.name + ".part", Array(Self.content[..<70_000]))
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 0))
    expectWhole()
  }

  @Test func aWrongChecksumIsToldAfterTheSecondFetch() throws {
    let venue = Venue(told: [1, 2, 3])
    defer { venue.stop() }
    let expected = DownloadError.wrongChecksum(
      name: Self.file.name, expected: Venue.hex([1, 2, 3]), found: Venue.hex(Self.content))
    #expect(throws: expected) { try fetch(venue) }
    #expect(venue.all.count { $0.number > 0 } == 2)
    #expect(folder.names.isEmpty)
  }

  @Test func aReplacedFileIsFetchedAgain() throws {
    let venue = Venue()
    defer { venue.stop() }
    let download = try download(venue)
    _ = try download.fetch(Self.file) { _ in }
    let newer = Array(Self.content.reversed())
    venue.content.withLock { $0 = newer }
    #expect(try download.fetch(Self.file) { _ in } == .replaced(bytes: 200_000, resumedBytes: 0))
    expectWhole(newer)
  }

  @Test func aMissingDayLeavesNothing() throws {
    let venue = Venue { connection, _ in
      connection.answer(404, "<html>no</html>")
      return true
    }
    defer { venue.stop() }
    #expect(try fetch(venue) == .missing)
    #expect(folder.names.isEmpty)
  }

  @Test func aLimitIsWaitedOut() throws {
    let venue = Venue { connection, request in
      guard request.number == 1 else { return false }
      connection.answer(429, "slow down", headers: ["Retry-After: 1", "Connection: close"])
      return true
    }
    defer { venue.stop() }
    var waits: [Int64] = []
    let start = ContinuousClock.now
    let outcome = try download(venue).fetch(Self.file) { progress in
      if case .waiting(.limited(_, 429, 1_000), let millis) = progress { waits.append(millis) }
    }
    #expect(outcome == .fetched(bytes: 200_000, resumedBytes: 0))
    #expect(waits == [1_000] && ContinuousClock.now - start >= .seconds(1))
    expectWhole()
  }

  @Test func aRedirectIsToldAndNotFollowed() throws {
    let venue = Venue { connection, _ in
      connection.answer(302, "", headers: ["Location: https://elsewhere.example/x.zip"])
      return true
    }
    defer { venue.stop() }
    do {
      _ = try fetch(venue)
      Issue.record("no error")
    } catch let error as DownloadError {
      guard case .redirected(_, 302, "https://elsewhere.example/x.zip") = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains("not followed"))
    }
    #expect(venue.all.count == 1 && folder.names.isEmpty)
  }

  @Test func failuresThatLastEndIt() throws {
    let venue = Venue { connection, _ in
      connection.answer(503, "down", headers: ["Connection: close"])
      return true
    }
    defer { venue.stop() }
    do {
      _ = try fetch(venue, attemptsMax: 2)
      Issue.record("no error")
    } catch .refused(_, 503) as DownloadError {
      #expect(venue.all.count == 2)
    }
  }

  @Test func stoppingKeepsThePart() throws {
    let venue = Venue { connection, request in
      guard request.number == 1 else { return false }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nETag: \(Venue.etag(Self.content))\r\n\r\n")
      connection.write(Array(Self.content[..<100_000]))
      connection.readToEnd()
      return true
    }
    defer { venue.stop() }
    let download = try download(venue)
    #expect(throws: DownloadError.stopped) {
      try download.fetch(Self.file) { if case .bytes(100_000, _) = $0 { download.stop() } }
    }
    #expect(folder.names == [Self.file.name + ".part", Self.file.name + ".part.etag"])
    #expect(try fetch(venue) == .fetched(bytes: 200_000, resumedBytes: 100_000))
    expectWhole()
  }

  @Test func twoProcessesDoNotShareAPart() throws {
    let venue = Venue()
    defer { venue.stop() }
    let target = "\(folder.path)/\(Self.file.name)"
    let other = try PartFile(target: target)
    #expect(throws: DownloadError.busy(path: target + ".part")) { try fetch(venue) }
    withExtendedLifetime(other) {}
  }

  /// What is there and what is announced are added: the sum must stay a number.
  @Test func aLengthThatCannotBeIsAnError() throws {
    try folder.write(Self.file.name + ".part", Array(Self.content[..<1_000]))
    let venue = Venue { connection, request in
      guard request.number > 0 else { return false }
      connection.write(
        "HTTP/1.1 206 Partial\r\nContent-Length: 9223372036854775807\r\nContent-Range: bytes 1000-1999/2000\r\n\r\n")
      return true
    }
    defer { venue.stop() }
    #expect(throws: DownloadError.self) { try fetch(venue, attemptsMax: 1) }
    #expect(folder.bytes(Self.file.name + ".part")?.count == 1_000)
  }
}

struct ArchiveFileTests {
  @Test func namesAreTheVenues() {
    let day = ArchiveFile(symbol: "币安人生USDT", period: "2026-09-01")
    #expect(day.name == "币安人生USDT-aggTrades-2026-09-01.zip")
    let escaped = "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
    #expect(day.path == "/data/futures/um/daily/aggTrades/\(escaped)/\(escaped)-aggTrades-2026-09-01.zip")
    let month = ArchiveFile(symbol: "ETHUSDT", period: "2026-09")
    #expect(month.path == "/data/futures/um/monthly/aggTrades/ETHUSDT/ETHUSDT-aggTrades-2026-09.zip")
    #expect(
      ["", ".", "../x", "a/b", "a\nb", String(repeating: "x", count: 97)].allSatisfy {
        !ArchiveFile.isUsable(symbol: $0)
      })
    #expect(ArchiveFile.isUsable(symbol: "币安人生USDT"))
  }

  @Test func periodsAreThoseOfTheCalendar() {
    #expect(
      ArchivePeriods.all(from: "2024-02-28", to: "2024-03-01", monthly: false)
        == ["2024-02-28", "2024-02-29", "2024-03-01"])
    #expect(ArchivePeriods.all(from: "2025-12-31", to: "2026-01", monthly: true) == ["2025-12", "2026-01"])
    for wrong in ["2026-02-29", "2026-13-01", "2026-9-1", "2026-09", "today", "+026-09-01", "2026-09-01-"] {
      #expect(ArchivePeriods.all(from: wrong, to: wrong, monthly: false) == nil, "\(wrong)")
    }
    #expect(ArchivePeriods.all(from: "2026-09-02", to: "2026-09-01", monthly: false) == nil)
  }

  @Test func checksumsAreReadAsTheyAre() {
    let digest = String(repeating: "0aF", count: 21) + "b"
    #expect(ArchiveChecksum.digest("\(digest)  x.zip\n") == digest.lowercased())
    for wrong in ["", "x.zip", digest + "0", String(digest.dropLast()), String(digest.dropLast()) + "g"] {
      #expect(ArchiveChecksum.digest(wrong) == nil)
    }
    let empty = Sha256()
    #expect(empty.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}
