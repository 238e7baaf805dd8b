/// Why a file could not be fetched. `description` is one line: what, where, what to do.
public enum DownloadError: Error, Sendable, Equatable, CustomStringConvertible {
  case venue(VenueError)
  /// An answer that is neither the file nor "no such file". `operation` is like `GET /data/x.zip`.
  case refused(operation: String, status: Int)
  /// Nothing may be sent for `waitMillis`.
  case limited(operation: String, status: Int, waitMillis: Int64)
  case redirected(operation: String, status: Int, location: String)
  /// Fetched whole twice, and neither fits.
  case wrongChecksum(name: String, expected: String, found: String)
  /// On this machine's disk.
  case file(path: String, reason: String)
  /// Another process writes the same file.
  case busy(path: String)
  case stopped

  public var description: String {
    switch self {
    case .venue(let error): error.description
    case .refused(let operation, let status):
      "\(operation): HTTP \(status): \(status >= 500 ? "try again later" : "check --url and --symbol")"
    case .limited(let operation, let status, let waitMillis):
      "\(operation): HTTP \(status), rate limited: waiting \(waitMillis / 1000) s"
    case .redirected(let operation, let status, let location):
      "\(operation): HTTP \(status) to \(location), which is not followed: pass that host with --url if you trust it"
    case .wrongChecksum(let name, let expected, let found):
      "\(name): fetched twice, SHA-256 \(found) instead of \(expected): try again later, or the venue's file is broken"
    case .file(let path, let reason): "\(path): \(reason): choose another --folder, or make room"
    case .busy(let path): "\(path): another process is writing it: wait for its end"
    case .stopped: "stopped"
    }
  }

  /// Whether the same request may succeed later without anyone changing anything.
  var isTransient: Bool {
    switch self {
    case .venue(let error): error.isTransient
    case .refused(_, let status): status >= 500 || status == 408
    case .limited: true
    case .redirected, .wrongChecksum, .file, .busy, .stopped: false
    }
  }

  init(_ error: VenueError) {
    if case .connection(_, .stopped) = error { self = .stopped } else { self = .venue(error) }
  }
}
