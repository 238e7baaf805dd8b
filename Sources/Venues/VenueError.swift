/// What went wrong between us and a venue. `description` is one line: what, where, what to do.
public enum VenueError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A setting that cannot work, found before any connection: a CA file that cannot be read, a bad URL.
  case settings(String)
  /// No answer: the connection failed. `operation` is like `GET /fapi/v1/time`.
  case connection(operation: String, ConnectionFailure)
  /// HTTP 429, 418 or 403: nothing may be sent for `retryAfterMillis`.
  case rateLimited(operation: String, status: Int, retryAfterMillis: Int64, message: String)
  /// The venue said no. `code` is the venue's (0 when the body had none), `message` its words.
  case rejected(operation: String, status: Int, code: Int, message: String)
  /// An answer that isn't what the venue documents.
  case malformed(operation: String, detail: String)

  public var description: String {
    switch self {
    case .settings(let text): text
    case .connection(let operation, let failure): "\(operation): \(failure)"
    case .rateLimited(let operation, let status, let retryAfterMillis, let message):
      "\(operation): HTTP \(status), rate limited (\(message)): waiting \(retryAfterMillis) ms"
    case .rejected(let operation, let status, let code, let message):
      "\(operation): HTTP \(status), venue code \(code): \(message)"
    case .malformed(let operation, let detail):
      "\(operation): the answer could not be read (\(detail)): check the base URL, or the venue changed its format"
    }
  }

  /// Whether the same request may succeed later without anyone changing anything.
  public var isTransient: Bool {
    switch self {
    case .settings: false
    case .connection(_, let failure): failure.isTransient
    case .rateLimited: true
    case .rejected(_, let status, let code, _):
      // -1001 disconnected, -1007 timeout, -1008 overloaded: reads may be repeated (PROTOCOL: a GET changes nothing).
      status >= 500 || status == 408 || [-1000, -1001, -1003, -1007, -1008].contains(code)
    case .malformed: true
    }
  }
}
