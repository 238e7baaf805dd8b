import Foundation
import HotPath
import Testing

/// `apus latency` beside running engines, over sockets. Serialised: each has three processes on what may be two cores.
@Suite(.serialized) struct LatencyCommandTests {
  private let scratch: Scratch
  private let runtime: String

  init() throws {
    scratch = try Scratch()
    runtime = scratch.file("runtime")
  }

  private func latency(_ arguments: String...) throws -> Ending {
    try Ending("apus", ["latency"] + arguments, in: scratch, environment: ["APUS_RUNTIME_DIR": runtime])
  }

  private func start(_ venue: SimVenue, config: String) throws -> ChildProcess {
    let file = try scratch.write(config, "version: 1\nsymbols: [BTCUSDT]\n")
    return try ChildProcess(
      "apus", ["run", "--lines", "--config", file] + venue.options + ["--ca", venue.authority], in: scratch,
      environment: ["APUS_RUNTIME_DIR": runtime])
  }

  private struct Reading: Decodable {
    struct Stage: Decodable {
      var name: String
      var complete: Bool
      var count: Int
      var p50Nanos: Int?
      var maxNanos: Int?

      enum CodingKeys: String, CodingKey {
        case name, complete, count
        case p50Nanos = "p50_ns"
        case maxNanos = "max_ns"
      }
    }
    var pid: Int
    var engine: String
    var symbols: Int
    var stages: [Stage]

    func count(_ stage: LatencyStage) -> Int { stages.first { $0.name == stage.name }?.count ?? -1 }
  }

  /// Throws when the command failed, as it may while an engine starts.
  private func reading(_ ending: Ending) throws -> Reading {
    try JSONDecoder().decode(Reading.self, from: Data(ending.output.utf8))
  }

  @Test func tellsEachStageOfARunningEngineAndSaysWhenItHasEnded() throws {
    let none = try latency()
    #expect(none.code == 69 && none.isOneLine("no engine runs"), "\(none)")
    let venue = try SimVenue(
      "venue", in: scratch,
      ["--seed", "3", "--history-hours", "1", "--weight-limit", "0", "--symbols", "BTCUSDT", "--rate-total", "2000"])
    let run = try start(venue, config: "one.yaml")
    var first: Reading?
    let isTimed = eventually(seconds: 60) {
      first = try? self.reading(try self.latency("--json"))
      return first.map { $0.count(.score) > 0 && $0.count(.decision) > 1_000 } ?? false || !run.isRunning
    }
    #expect(isTimed && run.isRunning, "\(run.errors) \(String(describing: first))")
    let since = try #require(first)
    #expect(since.engine == "one" && since.symbols == 1)
    #expect(since.stages.map(\.name) == LatencyStage.allCases.map(\.name))
    for stage in since.stages {
      #expect(
        stage.count > 0 && (stage.p50Nanos ?? 0) > 0 && (stage.maxNanos ?? 0) >= (stage.p50Nanos ?? .max), "\(stage)")
    }
    // Every trade end to end, fewer by stage.
    #expect(since.count(.step) * 2 < since.count(.decision))
    let interval = try reading(try latency("--json", "--interval", "1", "--engine", "one"))
    #expect(interval.count(.decision) > 100 && interval.count(.decision) < since.count(.decision) * 100)
    let table = try latency("--engine", "\(since.pid)")
    #expect(table.code == 0 && table.output.split(separator: "\n").count == 2 + since.stages.count, "\(table)")
    #expect(table.output.contains("p99.99") && table.output.contains("decision*"), "\(table)")

    // As long as is allowed: it waits, and does not end for the size of the number.
    let patient = try ChildProcess(
      "apus", ["latency", "--interval", "86400"], in: scratch, environment: ["APUS_RUNTIME_DIR": runtime])
    #expect(!eventually(seconds: 1) { !patient.isRunning }, "\(patient.errors)")
    patient.send(SIGINT)

    let second = try start(venue, config: "two.yaml")
    let sawBoth = eventually(seconds: 30) { (try? self.latency())?.code == 64 }
    let several = try latency()
    #expect(sawBoth && several.isOneLine("several engines run", "(one)", "(two)", "--engine"), "\(several)")
    #expect(try reading(try latency("--json", "--engine", "two")).engine == "two")
    let stranger = try latency("--engine", "three")
    #expect(stranger.code == 69 && stranger.isOneLine("no engine three runs"), "\(stranger)")
    second.send(SIGINT)
    #expect(second.wait(seconds: 15) == 0)

    // A killed engine leaves its file, which must not pass for a running one's.
    kill(pid_t(since.pid), SIGKILL)
    #expect(eventually(seconds: 10) { !run.isRunning })
    let killed = try latency()
    #expect(killed.code == 69 && killed.isOneLine("was killed", "engine-\(since.pid).latency"), "\(killed)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: runtime) == ["engine-\(since.pid).latency"])
  }

  @Test(arguments: [["--watch", "0"], ["--interval", "-1"], ["--since-start", "--interval", "1"], ["--watch", "x"]])
  func usageIsChecked(arguments: [String]) throws {
    let ending = try Ending("apus", ["latency"] + arguments, in: scratch)
    #expect(ending.code == 64 && ending.output.isEmpty, "\(ending)")
  }
}
