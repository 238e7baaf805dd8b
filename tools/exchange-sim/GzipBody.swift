import CArchive

/// A body packed for a client that asks for it, by libarchive's gzip filter, which the recordings need anyway.
enum GzipBody {
  /// Below it a packed body is hardly smaller.
  static let leastBytes = 1_024

  /// Whether an Accept-Encoding header takes gzip.
  static func isAccepted(_ header: String) -> Bool {
    header.split(separator: ",").contains { part in
      let words = part.lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
      return words.first == "gzip"
        && !words.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
    }
  }

  /// The packed bytes; nil when libarchive has no gzip or no memory, and the body goes as it is.
  // SAFETY: `packed` outlives the archive that writes into it; handles are freed on every way out.
  static func pack(_ body: [UInt8]) -> [UInt8]? {
    guard let archive = unsafe archive_write_new() else { return nil }
    var isOpen = true
    defer { if isOpen { unsafe archive_write_free(archive) } }
    // Bound of deflate for what it cannot pack, and the header.
    var packed = [UInt8](repeating: 0, count: body.count + body.count / 1_000 + 1_024)
    guard unsafe archive_write_add_filter_gzip(archive) == ARCHIVE_OK,
      // The fastest: the market plays on the same thread. Without a time, so that equal bodies are equal bytes.
      unsafe archive_write_set_filter_option(archive, "gzip", "compression-level", "1") == ARCHIVE_OK,
      unsafe archive_write_set_filter_option(archive, "gzip", "timestamp", nil) == ARCHIVE_OK,
      unsafe archive_write_set_format_raw(archive) == ARCHIVE_OK,
      unsafe archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK,
      let entry = unsafe archive_entry_new()
    else { return nil }
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_filetype(entry, UInt32(S_IFREG))
    var used = 0
    let isWritten = unsafe packed.withUnsafeMutableBytes { room in
      unsafe withUnsafeMutablePointer(to: &used) { count in
        defer {
          unsafe archive_write_free(archive)
          isOpen = false
        }
        return unsafe archive_write_open_memory(archive, room.baseAddress, room.count, count) == ARCHIVE_OK
          && archive_write_header(archive, entry) == ARCHIVE_OK
          && archive_write_data(archive, body, body.count) == body.count
          && archive_write_close(archive) == ARCHIVE_OK
      }
    }
    return isWritten ? Array(packed.prefix(used)) : nil
  }
}
