import Foundation
import Replay
import Venues

/// What `apus data verify` says about one file.
struct ArchiveVerdict {
  enum Status: String {
    case ok, bad, missing
  }

  let path: String
  let facts: ArchiveFacts?
  let checksum: ArchiveChecksum.Verdict?
  /// What makes it bad or missing.
  let problems: [String]
  let status: Status

  /// Reads the file, at least once and its checksum once more. Throws what is no verdict: the disk's failures, Ctrl-C.
  init(_ path: String, goesOn: (Int64) -> Bool) throws {
    self.path = path
    var facts: ArchiveFacts?
    var problems: [String] = []
    do throws(ReplayError) {
      facts = try ArchiveCheck.facts(of: path, progress: goesOn)
    } catch {
      switch error {
      case .stopped: throw Failure(.interrupted, "stopped at \(path)")
      case .cannotOpen:
        (self.facts, checksum, status) = (nil, nil, .missing)
        self.problems = [error.description]
        return
      default: problems.append(error.description)
      }
    }
    do throws(DownloadError) {
      checksum = try ArchiveChecksum.verdict(of: path)
    } catch {
      throw Failure(.io, error.description)
    }
    switch checksum {
    case .differs: problems.append("does not fit \(path).CHECKSUM: fetch it anew with `apus data download`")
    case .unreadable: problems.append("\(path).CHECKSUM holds no SHA-256: fetch it anew")
    case .fits, .absent, nil: break
    }
    if let facts, facts.contradictions > 0 {
      problems.append("\(facts.contradictions) rows contradict an earlier one of their id: prefer the day's file")
    }
    self.facts = facts
    self.problems = problems
    status = problems.isEmpty ? .ok : .bad
  }

  /// `ok  FILE: 3 rows, ids 1..3, .. to .., header, checksum fits; 1 gap (2 ids)`.
  var line: String {
    var text = "\(DisplayWidth.padded(status.rawValue, 7)) \(path): "
    if let facts { text += Self.text(facts) + ", " }
    switch checksum {
    case .fits: text += "checksum fits"
    case .absent: text += "no checksum beside it"
    case .differs: text += "checksum differs"
    case .unreadable: text += "checksum unreadable"
    case nil: break
    }
    if let facts { text += Self.oddities(facts) }
    return problems.isEmpty ? text : text + (checksum == nil ? "" : "; ") + problems.joined(separator: "; ")
  }

  var json: String {
    let facts = facts
    func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "null" }
    return JsonText.object([
      ("file", JsonText.string(path)), ("status", JsonText.string(status.rawValue)),
      ("problems", JsonText.array(problems.map(JsonText.string))),
      ("checksum", checksum.map { JsonText.string($0.rawValue) } ?? "null"), ("rows", number(facts?.rows)),
      ("header", facts.map { $0.headers > 0 ? "true" : "false" } ?? "null"),
      ("first_id", number(facts?.ids?.lowerBound)), ("last_id", number(facts?.ids?.upperBound)),
      ("first_ms", number(facts?.timesMillis?.lowerBound)), ("last_ms", number(facts?.timesMillis?.upperBound)),
      ("gaps", number(facts?.gaps)), ("missing_ids", number(facts?.missingIds)),
      ("duplicates", number(facts?.duplicates)), ("contradictions", number(facts?.contradictions)),
      ("unsorted", number(facts?.unsorted)), ("zero_quantities", number(facts?.zeroQuantities)),
    ])
  }

  private static func text(_ facts: ArchiveFacts) -> String {
    var parts = ["\(facts.rows) rows"]
    if let ids = facts.ids { parts.append("ids \(ids.lowerBound)..\(ids.upperBound)") }
    if let times = facts.timesMillis { parts.append("\(time(times.lowerBound)) to \(time(times.upperBound))") }
    parts.append(facts.headers > 0 ? "header" : "no header")
    return parts.joined(separator: ", ")
  }

  private static func oddities(_ facts: ArchiveFacts) -> String {
    var parts: [String] = []
    if facts.gaps > 0 { parts.append("gaps \(facts.gaps) (\(facts.missingIds) ids)") }
    let counts = [
      ("duplicates", facts.duplicates), ("contradictions", facts.contradictions), ("unsorted", facts.unsorted),
      ("zero quantities", facts.zeroQuantities),
    ]
    parts += counts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
    return parts.isEmpty ? "" : "; " + parts.joined(separator: ", ")
  }

  /// `2026-09-01T00:00:00.012Z`; whole seconds go through Date, whose doubles may lose the last millisecond.
  private static func time(_ millis: Int64) -> String {
    let seconds = Date(timeIntervalSince1970: Double(millis / 1000)).formatted(.iso8601)
    return seconds.dropLast() + "." + "\(1000 + millis % 1000)".dropFirst() + "Z"
  }
}
