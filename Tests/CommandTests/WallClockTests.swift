import Foundation
import Testing

/// The wall clock of the machine is set by an hour forth and back while a run goes on: libfaketime gives the process another
/// one. Nothing that decides asks it. Debian's package `faketime`; without it the test says so and does nothing.
@Suite struct WallClockTests {
  private static let library = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
  ].first { FileManager.default.fileExists(atPath: $0) }

  @Test(.enabled(if: library != nil, "libfaketime is not installed (apt-get install faketime)"))
  func aSteppedWallClockMovesNothing() throws {
    let scratch = try Scratch()
    let library = try #require(Self.library)
    let totals = scratch.file("totals.jsonl")
    let venue = try SimVenue(
      "venue", in: scratch,
      ["--history-hours", "0", "--rate-total", "100", "--quiet-after", "12", "--write-totals", totals])
    let offset = try scratch.write("offset", "+0")
    let windows = scratch.file("windows.jsonl")
    let run = try ChildProcess(
      "apus",
      ["run", "--lines", "--windows", windows, "--symbol", "BTCUSDT", "--symbol", "ETHUSDT"] + venue.options
        + ["--ca", venue.authority], in: scratch,
      environment: [
        "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
      ])
    // A certificate that is an hour old at the start bears these.
    for (seconds, text) in [(4.0, "+1h"), (3.0, "-50m"), (3.0, "+20m")] {
      usleep(UInt32(seconds * 1_000_000))
      try scratch.write("offset", text)
    }
    usleep(5_000_000)
    run.send(SIGINT)
    #expect(run.wait(seconds: 20) == 0, "\(run.errors) \(run.output)")
    venue.finish()
    let held = try Self.lines(windows)
    for truth in try Self.lines(totals) {
      let symbol = try #require(truth["symbol"] as? String)
      let window = try #require(held.first { $0["symbol"] as? String == symbol })
      #expect(window["last_id"] as? Int == truth["last_id"] as? Int, "\(symbol)")
      #expect(window["trades_24h"] as? Int == truth["trades"] as? Int, "\(symbol)")
      let buy = try #require(Decimal(string: truth["buy"] as? String ?? ""))
      let sell = try #require(Decimal(string: truth["sell"] as? String ?? ""))
      #expect(Decimal(string: window["cvd_24h"] as? String ?? "") == buy - sell, "\(symbol)")
    }
    let counters = try #require(held.last?["counters"] as? [String: Any])
    for name in ["late", "gaps", "implausible", "disconnects", "rest_failures"] {
      #expect(counters[name] as? Int == 0, "\(name): \(counters)")
    }
  }

  private static func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}
