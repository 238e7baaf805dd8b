import CArchive

/// Unpacks `Content-Encoding: gzip` with libarchive, which the project has for files anyway.
///
/// libarchive doesn't compare gzip's own checksum; TLS vouches for the bytes, and a stream cut short is an error.
enum GzipBody {
  /// The unpacked bytes; an error's words otherwise. More than `mostBytes` is an error: a small body may hold gigabytes.
  static func unpack(_ body: [UInt8], mostBytes: Int) -> Result<[UInt8], Reason> {
    if body.isEmpty { return .success([]) }
    guard let archive = archive_read_new() else { return .failure(Reason(text: "out of memory")) }
    defer { archive_read_free(archive) }
    archive_read_support_filter_gzip(archive)
    archive_read_support_format_raw(archive)
    // SAFETY: libarchive reads the body only until `archive_read_free`, within this closure's call chain.
    return body.withUnsafeBytes { raw in
      guard archive_read_open_memory(archive, raw.baseAddress, raw.count) == ARCHIVE_OK else {
        return .failure(Reason(archive))
      }
      var entry: OpaquePointer?
      guard archive_read_next_header(archive, &entry) == ARCHIVE_OK else { return .failure(Reason(archive)) }
      // Without a packed stream in it, the raw format would hand the body on as it is.
      guard archive_filter_count(archive) > 1 else { return .failure(Reason(text: "the body is not gzip")) }
      return read(archive, mostBytes)
    }
  }

  private static func read(_ archive: OpaquePointer, _ mostBytes: Int) -> Result<[UInt8], Reason> {
    var unpacked: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1_024)
    while true {
      // SAFETY: libarchive writes at most the chunk's size into the chunk.
      let count = chunk.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
      if count < 0 { return .failure(Reason(archive)) }
      if count == 0 { return .success(unpacked) }
      guard unpacked.count + count <= mostBytes else { return .failure(Reason(text: "the unpacked body is too long")) }
      unpacked += chunk[..<count]
    }
  }

  struct Reason: Error {
    let text: String

    init(text: String) { self.text = text }

    init(_ archive: OpaquePointer) {
      text = archive_error_string(archive).map { String(cString: $0) } ?? "not valid gzip"
    }
  }
}
