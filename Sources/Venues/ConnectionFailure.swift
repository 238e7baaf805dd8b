/// Why a connection could not be made or did not last. `description` is one line: what, where, what to do.
public enum ConnectionFailure: Error, Sendable, Equatable, CustomStringConvertible {
  case nameNotResolved(host: String, detail: String)
  case refused(host: String, port: UInt16)
  case unreachable(host: String, port: UInt16, detail: String)
  case timedOut(host: String, port: UInt16, step: String)
  /// The chain does not end in a trusted certificate, or has expired; `detail` is OpenSSL's reason.
  case notTrusted(host: String, port: UInt16, caFile: String?, detail: String)
  /// The certificate is good but made out to another name.
  case hostMismatch(host: String, port: UInt16)
  case tls(host: String, port: UInt16, detail: String)
  /// The WebSocket upgrade was answered with something other than 101.
  case httpStatus(host: String, port: UInt16, path: String, status: Int)
  /// The same with 403 (the web firewall), 418 (banned) or 429 (too many): it concerns the whole address. `retryAfterMillis`: as
  /// the venue says; nil where it does not.
  case limited(host: String, port: UInt16, path: String, status: Int, retryAfterMillis: Int64?)
  /// The venue sent a close frame; `code` 0 means that it gave none.
  case closedByVenue(host: String, code: Int, text: String)
  /// The connection ended without a close frame, or went silent.
  case lost(host: String, detail: String)
  /// We ended it: `stop` was called.
  case stopped

  public var description: String {
    switch self {
    case .nameNotResolved(let host, let detail):
      "\(host) could not be resolved (\(detail)): check the host name and this machine's DNS"
    case .refused(let host, let port):
      "\(host):\(port) refused the connection: nothing listens there; check host and port"
    case .unreachable(let host, let port, let detail):
      "\(host):\(port) could not be reached (\(detail)): check the network and the firewall"
    case .timedOut(let host, let port, let step):
      "\(host):\(port) did not answer in time (\(step)): check the network and the venue's status page"
    case .notTrusted(let host, let port, .some(let caFile), let detail):
      "the certificate of \(host):\(port) is not trusted by CA file \(caFile) (\(detail)): "
        + "pass the venue's CA with --ca"
    case .notTrusted(let host, let port, .none, let detail):
      "the certificate of \(host):\(port) is not trusted by this system (\(detail)): "
        + "install ca-certificates, or pass the venue's CA with --ca"
    case .hostMismatch(let host, let port):
      "the certificate of \(host):\(port) is made out to another name than \(host): check the host name"
    case .tls(let host, let port, let detail):
      "\(host):\(port): no TLS connection (\(detail)): check that the port speaks TLS"
    case .limited(let host, let port, let path, let status, _):
      "\(host):\(port) answered \(path) with HTTP \(status): the venue limits this address; "
        + "no connection for \(((pauseMillis ?? 0) + 999) / 1_000) s"
    case .httpStatus(let host, let port, let path, let status):
      "\(host):\(port) answered \(path) with HTTP \(status) instead of 101: check the stream's base URL"
    case .closedByVenue(let host, let code, let text):
      "\(host) closed the connection (code \(code)\(text.isEmpty ? "" : ": \(text)")): reconnecting"
    case .lost(let host, let detail):
      "the connection to \(host) was lost (\(detail)): reconnecting"
    case .stopped: "stopped"
    }
  }

  /// What an upgrade's answer means; `status` is not 101.
  static func answer(_ target: WebSocketTarget, status: Int, retryAfterMillis: Int64?) -> ConnectionFailure {
    guard [403, 418, 429].contains(status) else {
      return .httpStatus(host: target.host, port: target.port, path: target.path, status: status)
    }
    return .limited(
      host: target.host, port: target.port, path: target.path, status: status, retryAfterMillis: retryAfterMillis)
  }

  /// How long the venue wants no connection from this address: asking on prolongs a ban. nil where it limits nothing.
  var pauseMillis: Int64? {
    guard case .limited(_, _, _, let status, let toldMillis) = self else { return nil }
    return min(max(0, toldMillis ?? (status == 418 ? 120_000 : 60_000)), RestBudget.blockMostMillis)
  }

  /// Whether the same attempt may succeed later without anyone changing anything.
  public var isTransient: Bool {
    switch self {
    case .notTrusted, .hostMismatch, .stopped: false
    default: true
    }
  }
}
