import CArchive

/// Packs what is written to a file, through libarchive.
final class GzipOutput {
  private static let blockBytes: Int32 = 1 << 18

  /// Where the library's packed blocks go. Its own object, since the library holds a pointer to it.
  private final class Sink {
    let file: OutputFile
    /// What the file said, past C code that cannot throw.
    var failure: ReplayError?

    init(_ file: OutputFile) { self.file = file }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
      do throws(ReplayError) {
        try file.row { $0.append(contentsOf: bytes) }
        return bytes.count
      } catch {
        failure = error
        return -1
      }
    }
  }

  private let sink: Sink
  private let archive: OpaquePointer
  private var buffer: [UInt8] = []

  /// `file` is completed by the caller, after `complete`.
  init(_ file: OutputFile) throws(ReplayError) {
    sink = Sink(file)
    guard let archive = archive_write_new() else { throw .cannotWrite(path: file.path, reason: "out of memory") }
    self.archive = archive
    archive_write_add_filter_gzip(archive)
    // The same trades give the same bytes.
    archive_write_set_filter_option(archive, "gzip", "timestamp", nil)
    archive_write_set_format_raw(archive)
    archive_write_set_bytes_per_block(archive, Self.blockBytes)
    // Else the last block is filled up with zeros.
    archive_write_set_bytes_in_last_block(archive, 1)
    // SAFETY: the sink lives as long as this object, whose `deinit` frees the archive before it.
    let raw = Unmanaged.passUnretained(sink).toOpaque()
    let opened = archive_write_open(
      archive, raw, nil,
      { _, raw, bytes, count in
        guard let raw, let bytes else { return -1 }
        let sink = Unmanaged<Sink>.fromOpaque(raw).takeUnretainedValue()
        return sink.write(UnsafeRawBufferPointer(start: bytes, count: count))
      }, nil)
    guard opened == ARCHIVE_OK, let entry = archive_entry_new() else { throw failure() }
    defer { archive_entry_free(entry) }
    archive_entry_set_filetype(entry, 0o100000)
    guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
  }

  deinit { archive_write_free(archive) }

  func row(_ body: (inout [UInt8]) -> Void) throws(ReplayError) {
    body(&buffer)
    if buffer.count >= Int(Self.blockBytes) { try flush() }
  }

  /// Writes the rest and the end of the packed stream.
  func complete() throws(ReplayError) {
    try flush()
    guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
  }

  private func flush() throws(ReplayError) {
    let count = buffer.count
    let written = buffer.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, count) }
    guard written == count else { throw failure() }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> ReplayError {
    if let failure = sink.failure { return failure }
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "it could not be packed"
    return .cannotWrite(path: sink.file.path, reason: reason)
  }
}
