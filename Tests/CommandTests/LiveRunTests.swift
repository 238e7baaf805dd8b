import Foundation
import Testing

/// End to end over TLS: a simulated venue, `apus run` beside it, and what the run wrote. Serialised, since each has two
/// processes on what may be two cores.
@Suite(.serialized) struct LiveRunTests {
  private static let strategies: Set<String> = ["v51_baseline", "v52_8signals"]
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(_ venue: SimVenue, _ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      "apus",
      ["run", "--lines", "--json-events", scratch.file("events.jsonl"), "--indicators", venue.indicators]
        + venue.options + ["--ca", venue.authority] + arguments, in: scratch)
  }

  private var events: RunEvents { RunEvents(scratch.text("events.jsonl")) }

  @Test func warmFromFilesItSignalsEntersClosesAndEndsOnInterrupt() throws {
    let venue = try SimVenue(
      "venue", in: scratch, ["--seed", "7", "--lively", "--history-hours", "6", "--weight-limit", "0"])
    let symbols = ["BTCUSDT", "ETHUSDT"]
    let run = try run(
      venue, symbols.flatMap { ["--symbol", $0, "--history", "\($0)=\(venue.history($0))"] })
    let sawAll = eventually(seconds: 90) {
      let events = self.events
      return !run.isRunning
        || events.strategies("signal") == Self.strategies && events.count("entry") > 0 && events.count("close") > 0
    }
    #expect(sawAll && run.isRunning && venue.isRunning, "\(run.output) \(run.errors) \(venue.errors)")
    run.send(SIGINT)
    #expect(run.wait(seconds: 15) == 0, "\(run.errors)")
    let events = events
    #expect(events.strategies("signal") == Self.strategies)
    #expect(events.count("entry") > 0 && events.count("close") > 0)
    for close in events.all("close") {
      #expect(["stop", "breakeven", "tp2", "timeout"].contains(close["exit_reason"] as? String ?? ""), "\(close)")
    }
    #expect(!run.output.contains("\u{1B}") && run.output.contains("status up ") && run.output.contains("paper close "))
    try LiveAgainstReplay(venue, in: scratch).compare(events, symbols: symbols)
  }

  @Test func warmFromRestAloneItBecomesReadyAndSignals() throws {
    let venue = try SimVenue(
      "venue", in: scratch,
      ["--seed", "11", "--lively", "--history-hours", "5", "--weight-limit", "0", "--symbols", "BTCUSDT"])
    let run = try run(venue, ["--symbol", "BTCUSDT"])
    let signalled = eventually(seconds: 90) {
      !run.isRunning || self.events.strategies("signal") == Self.strategies
    }
    #expect(signalled && run.isRunning && venue.isRunning, "\(run.output) \(run.errors) \(venue.errors)")
    run.send(SIGTERM)
    #expect(run.wait(seconds: 15) == 0, "\(run.errors)")
    let events = events
    #expect(run.output.contains("ready"), "\(run.output)")
    for gap in events.all("gap") { #expect(gap["permanent"] as? Bool == false, "\(gap)") }
    // The joint of REST and stream lies within the windows that are compared here.
    try LiveAgainstReplay(venue, in: scratch).compare(events, symbols: ["BTCUSDT"])
  }
}

/// The lines of --json-events.
struct RunEvents {
  private let events: [[String: Any]]

  init(_ text: String) {
    // The last line may be half written.
    events = text.split(separator: "\n").compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
  }

  func all(_ name: String) -> [[String: Any]] { events.filter { $0["event"] as? String == name } }

  func count(_ name: String) -> Int { all(name).count }

  func strategies(_ name: String) -> Set<String> { Set(all(name).compactMap { $0["strategy"] as? String }) }
}
