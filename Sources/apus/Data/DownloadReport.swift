import Foundation
import Venues

/// Fetches archives one after the other, tells how each ended, and sums up.
struct DownloadReport {
  private struct Entry {
    var file: ArchiveFile
    var path: String
    var outcome: ArchiveOutcome?
    /// When it failed.
    var error: DownloadError?
  }

  private let isQuiet: Bool
  private var entries: [Entry] = []

  /// Quiet: only what is wrong is told, on standard error.
  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// What the process shall end with; nil: all is well. Goes on after a file that doesn't fit its checksum, and after
  /// one that the venue doesn't have; anything else would meet the next file too.
  mutating func fetchAll(_ files: [ArchiveFile], _ download: ArchiveDownload) -> Failure? {
    var misfits: [DownloadError] = []
    for file in files {
      let path = download.path(of: file)
      do throws(DownloadError) {
        let outcome = try fetch(file, download)
        entries.append(Entry(file: file, path: path, outcome: outcome))
        tell(file, outcome)
      } catch {
        entries.append(Entry(file: file, path: path, error: error))
        guard case .wrongChecksum = error else { return Self.failure(error, path) }
        misfits.append(error)
      }
    }
    if !misfits.isEmpty { return Failure(.data, misfits.map(\.description).joined(separator: "\n")) }
    guard entries.allSatisfy({ $0.outcome == .missing }) else { return nil }
    return Failure(
      .noInput, "the venue has none of these files: check --symbol and --from; a day comes out on the next one")
  }

  private func fetch(_ file: ArchiveFile, _ download: ArchiveDownload) throws(DownloadError) -> ArchiveOutcome {
    let label = "\(file.symbol) \(file.period)"
    var bar: ProgressBar?
    defer { bar?.finish() }
    return try download.fetch(file) { progress in
      switch progress {
      case .bytes(let done, let total):
        if bar == nil, !isQuiet { bar = ProgressBar(label, total: total, unit: "B") }
        bar?.update(done)
      case .waiting(let error, let millis):
        bar?.finish()
        bar = nil
        if !isQuiet { StandardError.line("apus: \(file.name): \(error): next attempt in \(Figures.duration(millis))") }
      case .startingAnew:
        bar?.finish()
        bar = nil
        if !isQuiet { StandardError.line("apus: \(file.name): does not fit its checksum: fetching it once more") }
      }
    }
  }

  private func tell(_ file: ArchiveFile, _ outcome: ArchiveOutcome) {
    switch outcome {
    case .fetched(let bytes, let resumed) where !isQuiet:
      print("fetched   \(file.name)  \(Self.size(bytes))\(Self.resumption(resumed)), checksum fits")
    case .replaced(let bytes, let resumed) where !isQuiet:
      print("replaced  \(file.name)  \(Self.size(bytes))\(Self.resumption(resumed)): the venue has another one since")
    case .kept(let bytes) where !isQuiet: print("kept      \(file.name)  \(Self.size(bytes)), checksum fits")
    case .missing: StandardError.line("apus: \(file.name): missing: the venue has no such file, or not yet")
    default: break
    }
    // Into a pipe too, line by line: a month takes minutes.
    fflush(nil)
  }

  /// `failure` is what the process ends with.
  func json(failure: Failure?) -> String {
    let missing = entries.filter { $0.outcome == .missing }.map { JsonText.string($0.file.name) }
    return JsonText.object([
      ("ok", failure == nil ? "true" : "false"), ("files", JsonText.array(entries.map(Self.json))),
      ("missing", JsonText.array(missing)), ("error", failure.map { JsonText.string($0.message) } ?? "null"),
    ])
  }

  private static func json(_ entry: Entry) -> String {
    var bytes: (done: Int64, resumed: Int64)?
    let status: String
    switch entry.outcome {
    case .fetched(let done, let resumed): (status, bytes) = ("fetched", (done, resumed))
    case .replaced(let done, let resumed): (status, bytes) = ("replaced", (done, resumed))
    case .kept(let done): (status, bytes) = ("kept", (done, 0))
    case .missing: status = "missing"
    case nil: status = entry.error == .stopped ? "stopped" : "failed"
    }
    return JsonText.object([
      ("symbol", JsonText.string(entry.file.symbol)), ("period", JsonText.string(entry.file.period)),
      ("path", JsonText.string(entry.path)), ("status", JsonText.string(status)),
      ("bytes", bytes.map { "\($0.done)" } ?? "null"), ("resumed_bytes", bytes.map { "\($0.resumed)" } ?? "null"),
    ])
  }

  private static func failure(_ error: DownloadError, _ path: String) -> Failure {
    switch error {
    case .venue(.settings): Failure(.configuration, error.description)
    case .venue, .refused, .limited, .redirected: Failure(.unavailable, error.description)
    case .wrongChecksum: Failure(.data, error.description)
    case .file, .busy: Failure(.io, error.description)
    case .stopped: Failure(.interrupted, "stopped: what has come of \(path) is kept; the same command goes on with it")
    }
  }

  private static func resumption(_ bytes: Int64) -> String { bytes > 0 ? " (\(size(bytes)) were there)" : "" }

  private static func size(_ bytes: Int64) -> String {
    bytes < 1_000_000 ? "\(bytes) B" : Figures.fixed(Double(bytes) / 1e6, 1) + " MB"
  }
}
