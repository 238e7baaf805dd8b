import ArgumentParser
import Foundation
import Replay

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Merges aggTrades files of one symbol into a clean one.",
    discussion: """
      EXAMPLES
        apus data convert BTCUSDT-aggTrades-2026-09-*.zip --output BTCUSDT-2026-09.csv.gz
        apus data convert january.csv days/*.zip --output BTCUSDT.csv
        apus run --history BTCUSDT=BTCUSDT.csv

      FILE is an aggTrades CSV, with or without header, plain, .gz or .zip, sorted or not; name first what you trust
      most. The output is what `apus replay` and `apus run --history` take: by id, each id once, with today's header.
      Of rows that contradict each other the one of the first file stays, and standard error says how many there were.
      It takes up to 64 bytes of memory a row: 128 MB for a day of 2 million, 2.6 GB for a month of 40 million. Where
      that is too much, convert less at once; replays take several files.
      Exit codes: 0, 64 usage, 65 a broken input file, 66 a missing one, 74 the output cannot be written, 130 stopped by
      Ctrl-C: then no file is written.
      """)

  @Argument(help: "Files of one symbol.", completion: .file())
  var files: [String]

  @Option(help: "Where to: OUT.csv, or OUT.csv.gz to pack it.", completion: .file())
  var output: String

  @Flag(help: "One JSON object on standard output (on standard error when the output goes there).")
  var json = false

  @Flag(help: "No progress bar.")
  var quiet = false

  func run() throws {
    do {
      try FilePlace.refuseClashes(outputs: [output], inputs: files)
    } catch {
      throw Failure(.usage, error.description)
    }
    let total = files.reduce(0) { $0 + ReplayRun.fileBytes($1) }
    var bar =
      quiet
      ? ProgressBar("convert", total: total, unit: "B", isShown: false)
      : ProgressBar("convert", total: total, unit: "B")
    Termination.install()
    let summary: MergeSummary
    do throws(ReplayError) {
      summary = try ArchiveMerge.run(files, output: output) { done in
        bar.update(done)
        return !Termination.isRequested
      }
      bar.finish()
    } catch {
      bar.finish()
      if error == .stopped { throw Failure(.interrupted, "stopped: no file was written") }
      throw Failure(error)
    }
    if summary.contradictions > 0 {
      StandardError.line(
        "apus: \(summary.contradictions) rows contradict an earlier one of their id and were left out: "
          + "`apus data verify` says which files have such rows")
    }
    let text = json ? Self.json(summary, output) : Self.line(summary, output)
    // Behind the rows it would be one of them.
    if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/stderr"].contains(output) {
      StandardError.line(text)
    } else {
      print(text)
    }
  }

  private static func line(_ summary: MergeSummary, _ output: String) -> String {
    let counts = [
      ("duplicates left out", summary.duplicates), ("contradictions left out", summary.contradictions),
      ("unsorted", summary.unsorted), ("gaps", summary.gaps), ("missing ids", summary.missingIds),
    ]
    let told = counts.filter { $0.1 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    return "\(output): \(summary.rowsWritten) rows of \(summary.rowsRead)\(told)"
  }

  private static func json(_ summary: MergeSummary, _ output: String) -> String {
    JsonText.object([
      ("output", JsonText.string(output)), ("rows_read", "\(summary.rowsRead)"),
      ("rows_written", "\(summary.rowsWritten)"), ("duplicates", "\(summary.duplicates)"),
      ("contradictions", "\(summary.contradictions)"), ("unsorted", "\(summary.unsorted)"), ("gaps", "\(summary.gaps)"),
      ("missing_ids", "\(summary.missingIds)"),
    ])
  }
}
