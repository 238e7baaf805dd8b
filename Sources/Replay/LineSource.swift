/// Bytes of a file in chunks of whole lines.
///
/// A plain file is one chunk, mapped; an archive is unpacked through a buffer. The pointer is valid until the next call.
protocol LineSource: AnyObject {
  /// The next chunk, which ends at the end of a line or of the file; nil at the end.
  func nextChunk() throws(ReplayError) -> UnsafeBufferPointer<UInt8>?
  /// Bytes of the file (packed, if it is) consumed so far, for progress.
  var bytesConsumed: Int64 { get }
}

enum LineSources {
  /// Whether a file is gzip or zip by its content; false when it cannot be read, which opening it tells.
  static func isPacked(_ path: String) -> Bool {
    guard let file = try? MappedFile(path) else { return false }
    return file.startsWith([0x1F, 0x8B]) || file.startsWith([0x50, 0x4B])
  }

  /// Opens `path` by its content: gzip and zip by their magic, anything else as plain text.
  static func open(_ path: String) throws(ReplayError) -> any LineSource {
    let file = try MappedFile(path)
    if file.startsWith([0x1F, 0x8B]) { return try ArchiveLines(path, container: .gzip) }
    if file.startsWith([0x50, 0x4B]) { return try ArchiveLines(path, container: .zip) }
    return file
  }
}
