import CArchive
import Foundation
import Simulation

/// A recording on disk, unpacked by libarchive (gzip, zip, zstd, xz or plain) and split into lines.
struct RecordingFile {
  let path: String

  private static let chunkBytes = 256 << 10

  /// Feeds every line to a reader. A CSV's symbol is `symbol`, or the start of the file's name.
  // SAFETY: the archive is freed on every way out; libarchive writes at most the chunk's size into the chunk.
  func read(into reader: inout RecordingReader, symbol: String?) throws {
    guard let archive = unsafe archive_read_new() else { throw SimFailure.data("no memory to read \(path)") }
    defer { unsafe archive_read_free(archive) }
    unsafe archive_read_support_filter_all(archive)
    unsafe archive_read_support_format_raw(archive)
    unsafe archive_read_support_format_zip(archive)
    guard unsafe archive_read_open_filename(archive, path, Self.chunkBytes) == ARCHIVE_OK else {
      throw unsafe failure(archive, "cannot be read")
    }
    var entry: OpaquePointer?
    var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
    let name = symbol ?? symbolOfName
    while unsafe archive_read_next_header(archive, &entry) == ARCHIVE_OK {
      var rest: [UInt8] = []
      while true {
        let count = unsafe archive_read_data(archive, &chunk, chunk.count)
        guard count >= 0 else { throw unsafe failure(archive, "breaks off") }
        guard count > 0 else { break }
        rest.append(contentsOf: chunk[..<count])
        let used = try feed(rest[...], &reader, name)
        rest.removeFirst(used)
      }
      try add(rest[...], &reader, name)
    }
  }

  /// Feeds the complete lines; how many bytes they took.
  private func feed(_ bytes: ArraySlice<UInt8>, _ reader: inout RecordingReader, _ symbol: String?) throws -> Int {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      try add(bytes[start..<end], &reader, symbol)
      start = end + 1
    }
    return start
  }

  private func add(_ line: ArraySlice<UInt8>, _ reader: inout RecordingReader, _ symbol: String?) throws {
    do throws(RecordingReader.Malformed) {
      try reader.add(line, symbol: symbol)
    } catch {
      throw SimFailure.data("\(path): not a capture, not an aggTrades CSV: \(error.line)")
    }
  }

  /// `BTCUSDT` of `BTCUSDT-aggTrades-2026-09-30.csv.gz`.
  private var symbolOfName: String? {
    let name = URL(fileURLWithPath: path).lastPathComponent
    return name.firstIndex(of: "-").map { String(name[..<$0]) }
  }

  // SAFETY: libarchive's text lives as long as the archive and is copied here.
  private func failure(_ archive: OpaquePointer, _ what: String) -> SimFailure {
    let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "no reason given"
    return SimFailure.data("\(path) \(what): \(reason)")
  }
}
