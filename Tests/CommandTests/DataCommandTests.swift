import Foundation
import Synchronization
import Testing

@testable import Venues

/// `apus data` as a script meets it, over real TLS. Serialised: a venue and a process each on what may be two cores.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DataCommandTests {
  private static let certificate = TestCertificate()
  private static let header =
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static func row(_ id: Int, price: String = "100.5", quantity: String = "1") -> String {
    "\(id),\(price),\(quantity),\(id),\(id),\(1_600_000_000_000 + id * 100),\(id % 2 == 0)\n"
  }

  /// Serves files by path, checksums with them; `stalls` may end an answer early and then keep silent.
  private static func venue(
    _ files: [String: String], stallsAfter: @escaping @Sendable (Int) -> Int? = { _ in nil }
  ) -> TestVenue {
    let count = Mutex(0)
    return TestVenue(certificate) { connection, _ in
      while let head = connection.readHead() {
        let path = String(head.split(separator: " ")[1])
        let name = path.hasSuffix(".CHECKSUM") ? String(path.dropLast(".CHECKSUM".count)) : path
        guard let text = files[name] else {
          connection.answer(404, "")
          continue
        }
        if name != path {
          let digest = Sha256()
          Array(text.utf8).withUnsafeBytes { digest.update($0) }
          connection.answer(200, "\(digest.finish())  x.zip\n")
          continue
        }
        let number = count.withLock { count in
          count += 1
          return count
        }
        let bytes = Array(text.utf8)
        let range = head.components(separatedBy: "Range: bytes=").dropFirst().first.map { $0.prefix { $0 != "-" } }
        let start = range.flatMap { Int($0) } ?? 0
        connection.write(
          "HTTP/1.1 \(start > 0 ? 206 : 200) OK\r\nContent-Length: \(bytes.count - start)\r\nETag: \"v1\"\r\n"
            + "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)\r\n\r\n")
        guard let stall = stallsAfter(number) else {
          connection.write(Array(bytes[start...]))
          continue
        }
        connection.write(Array(bytes[..<stall]))
        return connection.readToEnd()
      }
    }
  }

  private static func path(_ symbol: String, _ day: String) -> String {
    "/data/futures/um/daily/aggTrades/\(symbol)/\(symbol)-aggTrades-\(day).zip"
  }

  private func download(_ venue: TestVenue, _ arguments: [String]) -> [String] {
    ["data", "download", "--url", "https://localhost:\(venue.port)", "--ca", Self.certificate.file]
      + ["--folder", scratch.file("archives")] + arguments
  }

  private static func json(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  @Test func fromTheVenueToAReplay() throws {
    let escaped = "%E5%B8%81USDT"
    // The second day overlaps the first, the third is missing.
    let days = [1...500, 400...900].map { Self.header + $0.map { Self.row($0) }.joined() }
    let venue = Self.venue([
      Self.path(escaped, "2026-09-01"): days[0], Self.path(escaped, "2026-09-02"): days[1],
    ])
    defer { venue.stop() }
    let arguments = download(venue, ["--symbol", "币USDT", "--from", "2026-09-01", "--to", "2026-09-03"])
    let first = try Ending("apus", arguments, in: scratch)
    #expect(first.code == 0, "\(first)")
    #expect(first.output.split(separator: "\n").count == 2 && first.output.contains("checksum fits"), "\(first)")
    #expect(
      first.errors == "apus: 币USDT-aggTrades-2026-09-03.zip: missing: the venue has no such file, or not yet\n")
    let again = try Ending("apus", arguments + ["--json"], in: scratch)
    let report = try Self.json(again.output)
    #expect(again.code == 0 && report["ok"] as? Bool == true, "\(again)")
    #expect(report["missing"] as? [String] == ["币USDT-aggTrades-2026-09-03.zip"])
    let statuses = (report["files"] as? [[String: Any]])?.map { $0["status"] as? String }
    #expect(statuses == ["kept", "kept", "missing"])

    let files = ["01", "02"].map { scratch.file("archives/币USDT-aggTrades-2026-09-\($0).zip") }
    let verified = try Ending("apus", ["data", "verify", "--json"] + files, in: scratch)
    #expect(verified.code == 0 && verified.errors.isEmpty, "\(verified)")
    for line in verified.output.split(separator: "\n") {
      let object = try Self.json(line)
      #expect(object["checksum"] as? String == "fits" && object["status"] as? String == "ok", "\(line)")
      #expect(object["rows"] as? Int == (object["first_id"] as? Int == 1 ? 500 : 501), "\(line)")
    }

    let clean = try scratch.write("clean.csv", Self.header + (1...900).map { Self.row($0) }.joined())
    let merged = scratch.file("merged.csv")
    let converted = try Ending(
      "apus", ["data", "convert", "--output", merged] + files.reversed(), in: scratch)
    #expect(converted.code == 0 && converted.errors.isEmpty, "\(converted)")
    #expect(converted.output == "\(merged): 900 rows of 1001, duplicates left out 101, unsorted 500\n", "\(converted)")
    #expect(scratch.text("merged.csv") == scratch.text("clean.csv"))
    var evaluations: [String] = []
    for (index, path) in [clean, merged].enumerated() {
      let output = scratch.file("e\(index).csv")
      let replay = try Ending(
        "apus", ["replay", "--symbol", "S", "--trades", path, "--output", output], in: scratch)
      #expect(replay.code == 0, "\(replay)")
      evaluations.append(scratch.text("e\(index).csv"))
    }
    #expect(evaluations[0] == evaluations[1] && evaluations[0].count > 10_000)
  }

  @Test func ctrlCKeepsWhatHasCome() throws {
    let text = Self.header + (1...5_000).map { Self.row($0) }.joined()
    let venue = Self.venue(
      [Self.path("BTCUSDT", "2026-09-01"): text], stallsAfter: { $0 == 1 ? 100_000 : nil })
    defer { venue.stop() }
    let arguments = download(venue, ["--symbol", "BTCUSDT", "--from", "2026-09-01"])
    let child = try ChildProcess("apus", arguments, in: scratch)
    let part = scratch.file("archives/BTCUSDT-aggTrades-2026-09-01.zip.part")
    func size() -> Int { FileManager.default.contents(atPath: part)?.count ?? 0 }
    try #require(eventually(seconds: 30) { size() == 100_000 }, "\(child.errors)")
    child.send(SIGINT)
    #expect(child.wait(seconds: 30) == 130)
    #expect(child.errors.hasPrefix("apus: stopped: ") && child.output.isEmpty, "\(child.errors)")
    #expect(size() == 100_000)
    let again = try Ending("apus", arguments, in: scratch)
    #expect(again.code == 0 && again.output.contains("(100000 B were there)"), "\(again)")
    #expect(scratch.text("archives/BTCUSDT-aggTrades-2026-09-01.zip") == text)
  }

  @Test func nothingFoundIs66AndNoTrustIs69() throws {
    let venue = Self.venue([:])
    defer { venue.stop() }
    let wanted = ["--symbol", "BTCUSDT", "--from", "2026-09-01"]
    let missing = try Ending("apus", download(venue, wanted + ["--json"]), in: scratch)
    #expect(missing.code == 66 && missing.errors.contains("none of these files"), "\(missing)")
    #expect(try Self.json(missing.output)["ok"] as? Bool == false)
    let untrusted = try Ending(
      "apus", ["data", "download", "--url", "https://localhost:\(venue.port)"] + wanted, in: scratch,
      directory: scratch.path)
    #expect(untrusted.code == 69 && untrusted.isOneLine("not trusted", "--ca"), "\(untrusted)")
    let noAuthority = try Ending("apus", ["data", "download", "--ca", scratch.file("no.pem")] + wanted, in: scratch)
    #expect(noAuthority.code == 78 && noAuthority.isOneLine("no.pem"), "\(noAuthority)")
  }

  @Test(arguments: [
    [], ["--symbol", "BTCUSDT"], ["--symbol", "a/b", "--from", "2026-09-01"],
    ["--symbol", "BTCUSDT", "--from", "2026-02-30"],
    ["--symbol", "BTCUSDT", "--from", "2026-09-02", "--to", "2026-09-01"],
    ["--symbol", "BTCUSDT", "--from", "2026-09-01", "--url", "http://x"],
    ["--symbol", "S", "--symbol", "S", "--from", "2026-09-01"],
    ["--symbol", "S", "--from", "1970-01-01", "--to", "2026-01-01"],
  ])
  func wrongUsageIs64(arguments: [String]) throws {
    let ending = try Ending("apus", ["data", "download"] + arguments, in: scratch)
    #expect(ending.code == 64 && ending.isOneLine(), "\(ending)")
  }

  @Test func verifyTellsGoodFromBad() throws {
    let odd = try scratch.write(
      "odd.csv", Self.row(5) + Self.row(1) + Self.row(5) + Self.row(3, quantity: "0"))
    let fine = try Ending("apus", ["data", "verify", odd], in: scratch)
    #expect(
      fine.code == 0
        && fine.output == "ok      \(odd): 4 rows, ids 1..5, 2020-09-13T12:26:40.100Z to 2020-09-13T12:26:40.500Z, "
          + "no header, no checksum beside it; gaps 2 (2 ids), duplicates 1, unsorted 2, zero quantities 1\n",
      "\(fine)")
    let missing = try Ending("apus", ["data", "verify", odd, scratch.file("no.zip")], in: scratch)
    #expect(missing.code == 66 && missing.output.contains("missing \(scratch.file("no.zip")): "), "\(missing)")
    let contradictory = try scratch.write("c.csv", Self.row(1) + Self.row(1, price: "7"))
    let broken = try scratch.write("b.csv", Self.row(1) + "oops\n")
    let misfit = try scratch.write("m.csv", Self.row(1))
    try scratch.write("m.csv.CHECKSUM", String(repeating: "0", count: 64) + "  m.csv\n")
    for (path, words) in [(contradictory, "contradict"), (broken, "line 2"), (misfit, "does not fit")] {
      let ending = try Ending("apus", ["data", "verify", path, scratch.file("no.zip"), odd], in: scratch)
      #expect(ending.code == 65 && ending.output.hasPrefix("bad     \(path): "), "\(ending)")
      #expect(ending.output.contains(words) && ending.output.split(separator: "\n").count == 3, "\(ending)")
    }
  }

  @Test func convertTellsContradictions() throws {
    let first = try scratch.write("a.csv", Self.row(2) + Self.row(1))
    let second = try scratch.write("b.csv", Self.header + Self.row(2, price: "7") + Self.row(3))
    let output = scratch.file("out.csv")
    let ending = try Ending("apus", ["data", "convert", first, second, "--output", output, "--json"], in: scratch)
    #expect(ending.code == 0 && ending.errors.hasPrefix("apus: 1 rows contradict an earlier one"), "\(ending)")
    #expect(try Self.json(ending.output)["rows_written"] as? Int == 3)
    #expect(scratch.text("out.csv") == Self.header + (1...3).map { Self.row($0) }.joined())
    let piped = try Ending("apus", ["data", "convert", first, "--output", "/dev/stdout"], in: scratch)
    #expect(piped.code == 0 && piped.output == Self.header + Self.row(1) + Self.row(2), "\(piped)")
    let clash = try Ending("apus", ["data", "convert", first, "--output", first], in: scratch)
    #expect(clash.code == 64 && clash.isOneLine("the same file"), "\(clash)")
    let broken = try scratch.write("broken.csv", "oops\n")
    let refused = try Ending("apus", ["data", "convert", broken, "--output", output + ".gz"], in: scratch)
    #expect(refused.code == 65 && refused.isOneLine("broken.csv, line 1"), "\(refused)")
    let absent = try Ending(
      "apus", ["data", "convert", first, scratch.file("no"), "--output", output + ".gz"], in: scratch)
    #expect(absent.code == 66 && absent.isOneLine("No such file"), "\(absent)")
    #expect(scratch.names == ["a.csv", "b.csv", "broken.csv", "out.csv"])
  }
}
