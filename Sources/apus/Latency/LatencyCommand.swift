import ArgumentParser
import Foundation

struct LatencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "Percentiles of a running engine, stage by stage; the engine does not notice.",
    discussion: """
      EXAMPLES
        apus latency                                    since the engine's start
        apus latency --interval 5                       of the next 5 s
        apus latency --watch 2 --interval 2             again and again, until Ctrl-C
        apus latency --json | jq '.stages[] | {name, p99_ns}'
        apus latency --engine 4711                      by pid, or by the name of its configuration's file

      STAGES
        venue     the venue's time to arrival here, by both clocks: coarse, but shows what no stage sees
        turn      the feed's loop, from its first read to its end
        wait      arrival (the turn's first read) to the frame's parse: decryption, frames before it
        parse     parse to push
        queue     push to the engine's taking it
        windows   to windows updated
        score     to strategies scored
        decide    to the end of the step
        step      the last three together
        decision  arrival to the end of the step
      Stages marked * count all; the others a sample, at most one trade a ms.

      Exit codes: 0, 64 usage (several engines: name one), 65 a file of another version, 69 no engine runs, 74 no permission.
      """)

  @Flag(help: "One JSON object a reading on standard output.")
  var json = false

  @Option(help: "Print again every so many seconds, until Ctrl-C or the engine's end.")
  var watch: Double?

  @Flag(help: "All since the engine's start (the default).")
  var sinceStart = false

  @Option(help: "What happens in the next so many seconds.")
  var interval: Double?

  @Option(help: "Where engines leave their files; else $APUS_RUNTIME_DIR, $XDG_RUNTIME_DIR/apus, /dev/shm/apus-UID.")
  var runtimeDir: String?

  @Option(help: "Which engine: its pid, or its configuration's name.")
  var engine: String?

  func validate() throws {
    for (option, seconds) in [("--watch", watch), ("--interval", interval)] {
      if let seconds, !(seconds >= 0.1 && seconds <= 86_400) {
        throw ValidationError("\(option) \(seconds): give seconds from 0.1 to 86400")
      }
    }
    if sinceStart, interval != nil { throw ValidationError("--since-start and --interval exclude each other") }
  }

  func run() throws {
    let reader = try LatencyChoice.reader(
      among: RuntimeDirectory.candidates(given: runtimeDir), engine: engine)
    while true {
      let first = try reader.read()
      var shown = first
      if let interval {
        Self.pause(interval)
        shown = try reader.read().since(first)
      }
      let lines =
        json
        ? [LatencyReport.json(shown, intervalSeconds: interval)]
        : LatencyReport.table(shown, intervalSeconds: interval, style: Style.detected(STDOUT_FILENO))
      switch StandardStream.write(lines.joined(separator: "\n") + "\n", to: STDOUT_FILENO) {
      case .written: break
      case .closed: return
      case .lost(let error): throw Failure(.io, "standard output: \(String(cString: strerror(error)))")
      }
      guard let watch else { return }
      Self.pause(max(0, watch - (interval ?? 0)))
      if !json { print("") }
    }
  }

  /// Not usleep, whose 32 bits of microseconds end at 71 minutes.
  private static func pause(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
}

/// Finds the engine that is meant.
enum LatencyChoice {
  static func reader(among directories: [RuntimeDirectory], engine: String?) throws -> LatencyReader {
    var running: [LatencyReader] = []
    var dead: [(pid: Int32, path: String)] = []
    var failures: [Failure] = []
    for path in directories.flatMap({ $0.files() }) {
      do {
        let reader = try LatencyReader(path)
        if reader.engine.isRunning { running.append(reader) } else { dead.append((reader.engine.pid, path)) }
      } catch let failure as Failure {
        // Gone since the folder was listed: an engine that ended.
        if failure.code != .noInput { failures.append(failure) }
      }
    }
    let meant = running.filter { reader in
      guard let engine else { return true }
      return engine == "\(reader.engine.pid)" || engine == reader.engine.name
    }
    if meant.count == 1 { return meant[0] }
    if meant.count > 1 {
      let names = meant.map { "\($0.engine.pid) (\($0.engine.name))" }.joined(separator: ", ")
      throw Failure(.usage, "several engines run, \(names): name one with --engine PID")
    }
    // Another version's file may be the engine that is meant.
    if let failure = failures.first { throw failure }
    let places = directories.map(\.path).joined(separator: ", ")
    if let engine, !running.isEmpty {
      let names = running.map { "\($0.engine.pid) (\($0.engine.name))" }.joined(separator: ", ")
      throw Failure(.unavailable, "no engine \(engine) runs, but \(names): name one of these")
    }
    if let (pid, path) = dead.first {
      throw Failure(
        .unavailable, "no engine runs; \(pid) was killed and left \(path), which the next start removes: `apus run`")
    }
    throw Failure(.unavailable, "no engine runs, looked in \(places): start one with `apus run`, or give --runtime-dir")
  }
}
