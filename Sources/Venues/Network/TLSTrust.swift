import COpenSSL
import Foundation

/// Whom we believe: an OpenSSL client context with verification on, shared by WebSockets and REST.
///
/// With a CA file only that file counts: a simulated venue's CA must not be joined by a hundred public ones.
public final class TLSTrust: @unchecked Sendable {
  /// SSL_CTX: OpenSSL counts references and locks inside; SSL_new may be called from any thread.
  let context: OpaquePointer
  public let caFile: String?

  /// Throws `.settings` when the CA file is missing, unreadable or holds no certificate. nil: the system's CAs.
  public init(caFile: String? = nil) throws(VenueError) {
    // OpenSSL writes with write(2), and a venue that hangs up must not end the process.
    _ = signal(SIGPIPE, SIG_IGN)
    guard TLSLibrary.isReady, let context = SSL_CTX_new(TLS_client_method()) else {
      throw .settings("OpenSSL gave no TLS context (\(TLSTrust.firstError()))")
    }
    _ = SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // Writes are retried from another buffer by libwebsockets, and may be partial.
    _ = SSL_CTX_ctrl(
      context, SSL_CTRL_MODE, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    do {
      try Self.load(caFile, into: context)
    } catch {
      SSL_CTX_free(context)
      throw error
    }
    self.context = context
    self.caFile = caFile
  }

  deinit { SSL_CTX_free(context) }

  private static func load(_ caFile: String?, into context: OpaquePointer) throws(VenueError) {
    ERR_clear_error()
    guard let caFile else {
      guard SSL_CTX_set_default_verify_paths(context) == 1 else {
        throw .settings("the system's CA certificates could not be loaded (\(firstError())): install ca-certificates")
      }
      return
    }
    guard access(caFile, R_OK) == 0 else {
      throw .settings("CA file \(caFile) could not be read (\(errnoText(errno))): give --ca a readable PEM file")
    }
    guard SSL_CTX_load_verify_locations(context, caFile, nil) == 1 else {
      throw .settings("CA file \(caFile) holds no certificate (\(firstError())): give --ca a PEM file")
    }
  }

  /// The oldest entry of this thread's OpenSSL error queue, as text; empties the queue.
  static func firstError() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
    return String(cString: reason)
  }

  /// What a verification result means for this host.
  func failure(verifyCode: Int, host: String, port: UInt16) -> ConnectionFailure {
    switch Int32(verifyCode) {
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      return .hostMismatch(host: host, port: port)
    default:
      let detail = X509_verify_cert_error_string(verifyCode).map { String(cString: $0) } ?? "code \(verifyCode)"
      return .notTrusted(host: host, port: port, caFile: caFile, detail: detail)
    }
  }
}
