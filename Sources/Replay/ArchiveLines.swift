import CArchive

/// The lines of a gzip file, or of all `.csv` members of a zip file, through libarchive.
final class ArchiveLines: LineSource {
  enum Container { case gzip, zip }

  private static let blockBytes = 1 << 20
  private let path: String
  private let container: Container
  private let archive: OpaquePointer
  private var buffer: [UInt8]
  /// Bytes of `buffer` that are filled, and how many of them the last chunk handed out.
  private var filled = 0
  private var handedOut = 0
  private var isInMember = false
  /// libarchive refuses to be asked again once it has said that there is no further member.
  private var isAtEnd = false

  init(_ path: String, container: Container) throws(ReplayError) {
    self.path = path
    self.container = container
    buffer = [UInt8](repeating: 0, count: Self.blockBytes)
    guard let archive = archive_read_new() else { throw .cannotOpen(path: path, reason: "out of memory") }
    self.archive = archive
    switch container {
    case .gzip:
      archive_read_support_filter_gzip(archive)
      archive_read_support_format_raw(archive)
    case .zip: archive_read_support_format_zip(archive)
    }
    guard archive_read_open_filename(archive, path, Self.blockBytes) == ARCHIVE_OK else {
      // The file could be opened before, so it is the content. `deinit` frees the archive: it runs here too, since
      // every property has its value.
      throw .cannotRead(path: path, reason: Self.reason(archive))
    }
  }

  /// Name and version of the library in use.
  static var library: String {
    // SAFETY: the library's own constant text, never freed.
    archive_version_string().map { String(cString: $0) } ?? "libarchive"
  }

  deinit { archive_read_free(archive) }

  var bytesConsumed: Int64 { archive_filter_bytes(archive, -1) }

  func nextChunk() throws(ReplayError) -> UnsafeBufferPointer<UInt8>? {
    // What followed the last line end moves to the front.
    buffer.replaceSubrange(0..<(filled - handedOut), with: buffer[handedOut..<filled])
    filled -= handedOut
    handedOut = 0
    while true {
      guard try fill() else {
        handedOut = filled
        return filled == 0 ? nil : chunk()
      }
      if let lineEnd = buffer[..<filled].lastIndex(of: UInt8(ascii: "\n")) {
        handedOut = lineEnd + 1
        return chunk()
      }
    }
  }

  private func chunk() -> UnsafeBufferPointer<UInt8> {
    // SAFETY: `buffer` is neither resized nor written before the next call of `nextChunk`, which ends the promise.
    buffer.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[..<handedOut]) }
  }

  /// Reads on behind what is filled; false at the end of the last member.
  private func fill() throws(ReplayError) -> Bool {
    while true {
      if !isInMember {
        guard try nextMember() else { return false }
      }
      if filled == buffer.count { buffer.append(contentsOf: [UInt8](repeating: 0, count: buffer.count)) }
      let room = buffer.count - filled
      let at = filled
      // SAFETY: at + room is the buffer's count.
      let read = buffer.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress! + at, room) }
      if read < 0 { throw .cannotRead(path: path, reason: Self.reason(archive)) }
      if read > 0 {
        filled += read
        return true
      }
      isInMember = false
      // A member without a final line end must not run into the next one's first row.
      if filled > 0, buffer[filled - 1] != UInt8(ascii: "\n") {
        buffer[filled] = UInt8(ascii: "\n")
        filled += 1
      }
    }
  }

  private func nextMember() throws(ReplayError) -> Bool {
    while !isAtEnd {
      var entry: OpaquePointer?
      switch archive_read_next_header(archive, &entry) {
      case ARCHIVE_OK, ARCHIVE_WARN: break
      case ARCHIVE_EOF:
        isAtEnd = true
        continue
      default: throw .cannotRead(path: path, reason: Self.reason(archive))
      }
      if container == .gzip || archive_entry_pathname(entry).map({ String(cString: $0) })?.hasSuffix(".csv") == true {
        isInMember = true
        return true
      }
    }
    return false
  }

  private static func reason(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "not a valid archive"
  }
}
