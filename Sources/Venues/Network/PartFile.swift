import Foundation

/// A file that is being fetched: `NAME.part` until it is whole and known to be right, then `NAME`. What is there of it
/// outlives the process, and the next one goes on behind it.
///
/// Beside it `NAME.part.etag` says which version of the venue's file the bytes are of: those of two versions in one
/// would only be found out by the checksum, at the end.
final class PartFile {
  let path: String
  private let target: String
  private let descriptor: Int32
  private(set) var size: Int64
  /// nil: not known, or a weak one, which says nothing about bytes.
  private(set) var etag: String?
  private var digest: Sha256

  /// Opens or makes `target + ".part"`, and reads what is there. `.busy` when another process has it open.
  init(target: String) throws(DownloadError) {
    self.target = target
    path = target + ".part"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(path: path, reason: errnoText(errno)) }
    digest = Sha256()
    // Not 0: `deinit`, which runs after a throw too, must leave what is another's or could not be read.
    size = -1
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: path) }
    guard let count = digest.update(descriptor: descriptor) else { throw .file(path: path, reason: errnoText(errno)) }
    size = count
    etag = try? String(contentsOfFile: etagPath, encoding: .utf8)
  }

  deinit {
    if size == 0 { unlink(path) }
    close(descriptor)
  }

  private var etagPath: String { path + ".etag" }

  /// Forgets what is there; the bytes to come are of version `etag`.
  func restart(etag: String?) throws(DownloadError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .file(path: path, reason: errnoText(errno))
    }
    size = 0
    digest = Sha256()
    self.etag = etag.flatMap { $0.hasPrefix("\"") ? $0 : nil }
    unlink(etagPath)
    // Without it a later process asks for the rest all the same.
    if let etag = self.etag { try? etag.write(toFile: etagPath, atomically: true, encoding: .utf8) }
  }

  func append(_ bytes: ArraySlice<UInt8>) throws(DownloadError) {
    var error: Int32 = 0
    bytes.withUnsafeBytes { raw in
      var done = 0
      while done < raw.count {
        // SAFETY: `done` is below the count, and the rest lies behind it.
        let count = write(descriptor, raw.baseAddress! + done, raw.count - done)
        if count < 0, errno == EINTR { continue }
        if count < 0 {
          error = errno
          break
        }
        done += count
      }
      size += Int64(done)
      digest.update(UnsafeRawBufferPointer(rebasing: raw[..<done]))
    }
    if error != 0 { throw .file(path: path, reason: errnoText(error)) }
  }

  /// SHA-256 of all of it. Once: then `publish` or `remove`.
  func checksum() -> String { digest.finish() }

  /// Gives it its name. On disk before: after a power cut a name must not stand on half a file.
  func publish() throws(DownloadError) {
    guard fsync(descriptor) == 0, rename(path, target) == 0 else { throw .file(path: path, reason: errnoText(errno)) }
    unlink(etagPath)
  }

  func remove() {
    unlink(path)
    unlink(etagPath)
  }
}
