import ArgumentParser
import Foundation
import Replay
import Venues

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks aggTrades files: checksum, rows, ids.",
    discussion: """
      EXAMPLES
        apus data verify BTCUSDT-aggTrades-2026-09-01.zip
        apus data verify --json archives/*.zip | jq 'select(.gaps > 0)'

      FILE is an aggTrades CSV, with or without header, plain, .gz or .zip. It is held against FILE.CHECKSUM where that
      is there. Holes in the ids, repeated and unsorted rows and quantities of zero are told and are no faults:
      archives have them; `apus data convert` sorts and leaves repetitions out. Unsorted files take 64 bytes of memory
      a row.
      Exit codes: 0, 64 usage, 65 a file is broken, does not fit its checksum or has an id twice with different content,
      66 one is missing, 74 one cannot be read, 130 stopped by Ctrl-C.
      """)

  @Argument(help: "Files.", completion: .file())
  var files: [String]

  @Flag(help: "One JSON object a file on standard output.")
  var json = false

  @Flag(help: "No progress bar.")
  var quiet = false

  func run() throws {
    let total = files.reduce(0) { $0 + ReplayRun.fileBytes($1) }
    var worst: ArchiveVerdict.Status = .ok
    var doneBytes: Int64 = 0
    Termination.install()
    for path in files {
      // One for each file: it is gone while a line is printed.
      var bar =
        quiet
        ? ProgressBar("verify", total: total, unit: "B", isShown: false)
        : ProgressBar("verify", total: total, unit: "B")
      defer { bar.finish() }
      let verdict = try ArchiveVerdict(path) { done in
        bar.update(doneBytes + done)
        return !Termination.isRequested
      }
      bar.finish()
      print(json ? verdict.json : verdict.line)
      fflush(nil)
      if verdict.status == .bad || worst == .ok { worst = verdict.status }
      doneBytes += ReplayRun.fileBytes(path)
    }
    switch worst {
    case .ok: return
    case .bad: throw ExitCode(Failure.Code.data.rawValue)
    case .missing: throw ExitCode(Failure.Code.noInput.rawValue)
    }
  }
}
