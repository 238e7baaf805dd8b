import COpenSSL
import Foundation

/// SHA-256 of bytes as they come.
public final class Sha256 {
  private let context: OpaquePointer

  public init() {
    // Fails only without memory or with an OpenSSL that lacks SHA-256.
    guard TLSLibrary.isReady, let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    let result = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(result == 1, "a digest takes bytes until it is finished")
  }

  /// The digest as 64 lower-case hex digits, of what came last. Once.
  public func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let result = EVP_DigestFinal_ex(context, &digest, nil)
    precondition(result == 1, "a digest is finished once")
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Feeds all that is left to read of `descriptor`; how many bytes, or nil with errno set.
  func update(descriptor: Int32) -> Int64? {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var total: Int64 = 0
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return total }
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      // SAFETY: read wrote `count` bytes from the buffer's start.
      buffer.withUnsafeBytes { update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      total += Int64(count)
    }
  }

  /// The digest of a file; `.file` when it cannot be read.
  public static func ofFile(_ path: String) throws(DownloadError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, reason: errnoText(errno)) }
    defer { close(descriptor) }
    let digest = Sha256()
    guard digest.update(descriptor: descriptor) != nil else { throw .file(path: path, reason: errnoText(errno)) }
    return digest.finish()
  }
}
