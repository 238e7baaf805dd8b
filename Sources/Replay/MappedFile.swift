#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A plain file, mapped: the kernel reads ahead, and no byte is copied before it is parsed.
final class MappedFile: LineSource {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var isTaken = false

  init(_ path: String) throws(ReplayError) {
    // An open for reading would wait for a pipe's writer, for ever; plain files don't know O_NONBLOCK.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.lastError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, reason: Self.lastError()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotOpen(path: path, reason: "not a regular file") }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeBufferPointer(start: nil, count: 0)
      return
    }
    // SAFETY: a private read-only mapping of the whole file, checked against MAP_FAILED, unmapped by `deinit`. A file
    // that is truncated while it is replayed raises SIGBUS: archives are written once.
    let raw = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let raw, raw != MAP_FAILED else { throw .cannotOpen(path: path, reason: Self.lastError()) }
    madvise(raw, count, MADV_SEQUENTIAL)
    bytes = UnsafeBufferPointer(start: raw.assumingMemoryBound(to: UInt8.self), count: count)
  }

  deinit {
    // SAFETY: the mapping of `init`, with its length.
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }

  var bytesConsumed: Int64 { isTaken ? Int64(bytes.count) : 0 }

  func startsWith(_ magic: [UInt8]) -> Bool { bytes.starts(with: magic) }

  func nextChunk() throws(ReplayError) -> UnsafeBufferPointer<UInt8>? {
    if isTaken || bytes.isEmpty { return nil }
    isTaken = true
    return bytes
  }

  static func lastError() -> String { String(cString: strerror(errno)) }

  /// Size in bytes; 0 when it cannot be told.
  static func size(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
