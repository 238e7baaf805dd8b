import COpenSSL
import CWebSockets

/// What this process really loaded, which may not be what it was built against.
public enum LibraryVersions {
  public static var openSslMajor: Int { Int(OPENSSL_version_major()) }

  public static var openSsl: String {
    // SAFETY: the library's own constant text, never freed.
    OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "OpenSSL unknown"
  }

  public static var webSockets: String {
    // SAFETY: the library's own constant text, never freed.
    lws_get_library_version().map { String(cString: $0) } ?? "unknown"
  }
}
