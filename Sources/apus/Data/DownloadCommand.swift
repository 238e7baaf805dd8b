import ArgumentParser
import Foundation
import Venues

struct DownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download", abstract: "Fetches aggTrades archives, each checked against the venue's SHA-256.",
    discussion: """
      EXAMPLES
        apus data download --symbol BTCUSDT --from 2026-09-01
        apus data download --symbol BTCUSDT --symbol ETHUSDT --from 2026-09-01 --to 2026-09-30 --folder archives
        apus data download --symbol BTCUSDT --from 2024-01 --to 2024-12 --monthly --json

      A day comes out on the day after. Prefer days to months: months come late, and some are unsorted or repeat rows.
      A file is NAME.part until it is whole and fits NAME.CHECKSUM, which is kept beside it. Started again, the
      command goes on where it ended; files that are there are checked against the venue's checksum of now, and fetched
      again when the venue has replaced them. Lost connections and limits are waited out; redirects are not followed.
      Exit codes: 0 (files that the venue doesn't have are listed), 64 usage, 65 a file does not fit its checksum,
      66 the venue has none of them, 69 venue unavailable, 74 a file cannot be written, 78 an unusable --ca,
      130 stopped by Ctrl-C: what has come is kept.
      """)

  /// Some 27 years of days.
  private static let filesMax = 10_000

  @Option(help: "Symbol; repeat for several.")
  var symbol: [String]

  @Option(help: "First day, UTC: 2026-09-01; with --monthly 2026-09 does.")
  var from: String

  @Option(help: "Last day, with it. Default: the first.")
  var to: String?

  @Option(help: "Where the files go; made if it isn't there.", completion: .directory)
  var folder = "."

  @Flag(help: "Months in place of days.")
  var monthly = false

  @Option(help: "Base URL.")
  var url = "https://data.binance.vision"

  @Option(help: "CA certificate (PEM) of the server; else the system's.", completion: .file())
  var ca: String?

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Flag(help: "Nothing but what is missing or wrong.")
  var quiet = false

  func validate() throws {
    if let wrong = symbol.first(where: { !ArchiveFile.isUsable(symbol: $0) }) {
      throw ValidationError("--symbol \(wrong): a symbol has 1 to 96 bytes, no slash and no leading dot")
    }
    if Set(symbol).count != symbol.count { throw ValidationError("a --symbol is given twice: name each once") }
    guard let periods = ArchivePeriods.all(from: from, to: to ?? from, monthly: monthly) else {
      let form = monthly ? "2026-09" : "2026-09-01"
      throw ValidationError("--from \(from) --to \(to ?? from): give dates like \(form), the first one not later")
    }
    if periods.count * symbol.count > Self.filesMax {
      throw ValidationError("\(periods.count * symbol.count) files: one run fetches at most \(Self.filesMax)")
    }
    do { _ = try VenueAddress(url: url) } catch { throw ValidationError("--url: \(error)") }
  }

  func run() throws {
    let periods = ArchivePeriods.all(from: from, to: to ?? from, monthly: monthly) ?? []
    let files = symbol.flatMap { symbol in periods.map { ArchiveFile(symbol: symbol, period: $0) } }
    let download: ArchiveDownload
    do {
      let trust = try TLSTrust(caFile: ca)
      download = try ArchiveDownload(address: try VenueAddress(url: url), trust: trust, folder: folder)
    } catch {
      throw Failure(.configuration, "\(error)")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.io, "\(folder): cannot be made a folder: choose another --folder")
    }
    var report = DownloadReport(isQuiet: quiet || json)
    let end = try StopWatcher.watch(stop: { download.stop() }) { report.fetchAll(files, download) }
    if json { print(report.json(failure: end)) }
    if let end { throw end }
  }
}
