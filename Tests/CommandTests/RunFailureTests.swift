import Foundation
import Testing

/// `apus run` that cannot begin: a code and one line, soon, whatever is wrong.
@Suite(.serialized) struct RunFailureTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(_ arguments: [String]) throws -> Ending {
    try Ending(
      "apus", ["run", "--lines", "--duration", "5", "--json-events", scratch.file("events.jsonl")] + arguments,
      in: scratch)
  }

  private var nowhere: [String] {
    ["--venue", "sim", "--rest-url", "https://127.0.0.1:1", "--stream-url", "wss://127.0.0.1:1"]
  }

  @Test func wrongUsageIs64() throws {
    let option = try run(["--simbol", "BTCUSDT"])
    #expect(option.code == 64 && option.isOneLine("--simbol"), "\(option)")
    let duration = try run(["--duration", "0"])
    #expect(duration.code == 64 && duration.isOneLine("--duration"), "\(duration)")
    let history = try run(["--history", "file.csv"])
    #expect(history.code == 64 && history.isOneLine("SYMBOL=FILE"), "\(history)")
  }

  @Test func wrongConfigurationIs78() throws {
    let venue = try run(["--venue", "kraken", "--symbol", "BTCUSDT"])
    #expect(venue.code == 78 && venue.isOneLine("kraken", "--venue"), "\(venue)")
    let authority = try run(nowhere + ["--ca", scratch.file("no.pem"), "--symbol", "BTCUSDT"])
    #expect(authority.code == 78 && authority.isOneLine("no.pem", "--ca"), "\(authority)")
    let noCertificate = try scratch.write("empty.pem", "nothing\n")
    let empty = try run(nowhere + ["--ca", noCertificate, "--symbol", "BTCUSDT"])
    #expect(empty.code == 78 && empty.isOneLine(noCertificate, "--ca"), "\(empty)")
    #expect(scratch.names == ["empty.pem"])
  }

  @Test func aVenueOutOfReachIs69() throws {
    let ending = try run(nowhere + ["--symbol", "BTCUSDT"])
    #expect(ending.code == 69 && ending.isOneLine("127.0.0.1:1", "refused"), "\(ending)")
    #expect(scratch.names == [])
  }

  @Test func whatTheVenueRefusesIsTold() throws {
    let venue = try SimVenue(
      "venue", in: scratch, ["--history-hours", "0", "--weight-limit", "0", "--symbols", "BTCUSDT"])
    let symbols = try run(venue.options + ["--ca", venue.authority, "--symbol", "DOGEUSDT"])
    #expect(symbols.code == 78 && symbols.isOneLine("DOGEUSDT", "not listed"), "\(symbols)")

    let other = try SimVenue("other", in: scratch, ["--history-hours", "0", "--symbols", "BTCUSDT"])
    let untrusted = try run(venue.options + ["--ca", other.authority, "--symbol", "BTCUSDT"])
    #expect(untrusted.code == 69 && untrusted.isOneLine("is not trusted", other.authority, "--ca"), "\(untrusted)")
    let system = try run(venue.options + ["--symbol", "BTCUSDT"])
    #expect(system.code == 69 && system.isOneLine("is not trusted", "--ca"), "\(system)")

    let taken = try Ending("exchange-sim", ["--port", "\(venue.port)", "--history-hours", "0"], in: scratch)
    #expect(taken.code == 69 && taken.isOneLine("\(venue.port)", "--port", from: "exchange-sim"), "\(taken)")
    #expect(venue.isRunning)

    let indicators = try scratch.write("i.jsonl", "{\"time_ms\":1,\"symbol\":\"BTCUSDT\",\"type\":\"funding_rate\"}\n")
    let trusted = venue.options + ["--ca", venue.authority, "--symbol", "BTCUSDT"]
    let broken = try run(trusted + ["--indicators", indicators])
    #expect(broken.code == 65 && broken.isOneLine("\(indicators):1: ", "value"), "\(broken)")
    // The feed has begun by the time files are read, so lines of it may stand on standard output.
    let missing = try run(trusted + ["--history", "BTCUSDT=\(scratch.file("no.csv"))"])
    #expect(missing.code == 66 && missing.errors.contains("no.csv: cannot be opened"), "\(missing)")
    let row = try scratch.write("row.csv", "1,1,1,1,1,soon,true\n")
    let unreadable = try run(trusted + ["--history", "BTCUSDT=\(row)"])
    #expect(unreadable.code == 65 && unreadable.errors.contains("row.csv, line 1: the time"), "\(unreadable)")
    let events = try run(trusted + ["--json-events", scratch.file("no/events.jsonl")])
    #expect(events.code == 74 && events.isOneLine("no/events.jsonl"), "\(events)")
  }
}
