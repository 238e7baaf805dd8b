import COpenSSL

/// OpenSSL as a process needs it, before its first use.
enum TLSLibrary {
  /// Keeps OpenSSL from tearing itself down in `exit`: a thread that still frees a certificate or ends a connection then
  /// would find its locks gone and crash. The process's memory goes with the process anyway.
  ///
  /// A static is initialised once, whichever thread comes first.
  static let isReady: Bool = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}
