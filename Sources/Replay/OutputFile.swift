#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file that appears under its name only when it is whole: written beside it, renamed at the end, removed on failure.
///
/// Pipes and devices (`/dev/stdout`) are written directly, since they cannot be renamed over.
final class OutputFile {
  private static let flushBytes = 1 << 18
  let path: String
  /// Where the file ends up: `path`, or what it links to.
  private let target: String
  private let partialPath: String?
  private var descriptor: Int32
  /// Ours to remove: opened, and not yet renamed.
  private var leftover: String?
  /// Rows gather here and are written out in large pieces.
  private var buffer: [UInt8] = []

  init(_ path: String) throws(ReplayError) {
    self.path = path
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    if isSpecial, status.st_mode & S_IFMT == S_IFDIR { throw .cannotWrite(path: path, reason: "it is a directory") }
    if let ours = Self.openDescriptor(path) {
      target = path
      partialPath = nil
      descriptor = dup(ours)
    } else {
      target = isSpecial ? path : Self.target(path)
      partialPath = isSpecial ? nil : target + ".partial"
      descriptor = open(partialPath ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: MappedFile.lastError()) }
    leftover = partialPath
    buffer.reserveCapacity(Self.flushBytes + 4096)
  }

  /// The number behind `/dev/stdout` and its like. Where a shell has sent it to a file, they look like one: a rename
  /// would put a file in place of the device, and an open of its own would write over what else goes there.
  private static func openDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  /// A link stays a link: what it points to is replaced.
  private static func target(_ path: String) -> String {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let resolved = realpath(path, nil) else {
      return path
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let leftover { unlink(leftover) }
  }

  /// Appends what `body` appends: one row, or a header. One access to the buffer for all fields of it: the runtime checks
  /// each access to a class's property, which for fields one by one cost more than the digits.
  func row(_ body: (inout [UInt8]) -> Void) throws(ReplayError) {
    body(&buffer)
    if buffer.count >= Self.flushBytes { try flush() }
  }

  /// Writes the rest; the file is whole then, and keeps its partial name until `publish`.
  func complete() throws(ReplayError) {
    try flush()
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw .cannotWrite(path: path, reason: MappedFile.lastError()) }
  }

  /// Gives a completed file its name. Apart from `complete`, so that of several outputs all are whole before the first
  /// one shows.
  func publish() throws(ReplayError) {
    precondition(descriptor < 0, "a file is completed before it is published")
    if let partialPath, rename(partialPath, target) != 0 {
      throw .cannotWrite(path: path, reason: MappedFile.lastError())
    }
    leftover = nil
  }

  private func flush() throws(ReplayError) {
    var written = 0
    while written < buffer.count {
      // SAFETY: the pointer is used within the closure, for the bytes not yet written.
      let count = buffer.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0 {
        if errno == EINTR { continue }
        throw .cannotWrite(path: path, reason: MappedFile.lastError())
      }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
