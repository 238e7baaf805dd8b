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
  /// Names tried for a partial file: others are taken only by what killed processes of our number left.
  private static let partialNamesMax = 1000

  let path: String
  /// Where the file ends up: `path`, or what it links to. A link stays a link.
  private let target: String
  private let partialPath: String?
  private var descriptor: Int32
  /// Ours to remove: opened, and not yet renamed.
  private var leftover: String?
  /// Until all files of a run have their names: the file that had ours before, under a name of its own.
  private var formerPath: String?
  /// Rows gather here and are written out in large pieces.
  private var buffer: [UInt8] = []

  init(_ path: String) throws(ReplayError) {
    self.path = path
    if path.isEmpty { throw .cannotWrite(path: "\"\"", reason: "an output needs a name") }
    let place = FilePlace(path)
    if place.isDirectory { throw .cannotWrite(path: path, reason: "it is a directory") }
    target = place.path
    if let ours = place.descriptor {
      partialPath = nil
      descriptor = dup(ours)
    } else if place.isSpecial {
      partialPath = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
    } else {
      (descriptor, partialPath) = Self.openPartial(target)
    }
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: MappedFile.lastError()) }
    leftover = partialPath
    buffer.reserveCapacity(Self.flushBytes + 4096)
  }

  /// A partial file that nobody else writes to, another run with the same output included: the last one to end wins,
  /// with a whole file. A fixed name would be shared; the price is that a killed run's is not written over by the next.
  private static func openPartial(_ target: String) -> (Int32, String) {
    var name = ""
    var descriptor: Int32 = -1
    for number in 0..<partialNamesMax {
      name = "\(target).\(getpid())-\(number).partial"
      descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      if descriptor >= 0 || errno != EEXIST { break }
    }
    return (descriptor, name)
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

  /// Gives completed files their names: all of them or, should one rename fail, none. Files that had the names before
  /// are put back then, and the error says so. What went to a pipe or device is gone.
  static func publish(_ files: [OutputFile]) throws(ReplayError) {
    for (index, file) in files.enumerated() {
      do {
        // After the last one nothing can fail.
        try file.publish(keepingFormer: index < files.count - 1)
      } catch {
        guard case .cannotWrite(let path, var reason) = error else { throw error }
        for earlier in files[..<index].reversed() {
          if let note = earlier.withdraw() { reason += ", \(note)" }
        }
        throw .cannotWrite(path: path, reason: reason)
      }
    }
    for file in files { file.dropFormer() }
  }

  private func publish(keepingFormer: Bool) throws(ReplayError) {
    precondition(descriptor < 0, "a file is completed before it is published")
    guard let partialPath else { return }
    // A second name costs no copy and leaves the first in place. Where links cannot be had (FAT), the former file is
    // not kept: to move it away would leave a moment without either.
    if keepingFormer, link(target, partialPath + ".former") == 0 { formerPath = partialPath + ".former" }
    guard rename(partialPath, target) == 0 else {
      let reason = MappedFile.lastError()
      dropFormer()
      throw .cannotWrite(path: path, reason: reason)
    }
    leftover = nil
  }

  /// Takes the name back from a published file; what was done about it, nil where there is nothing to do.
  private func withdraw() -> String? {
    if partialPath == nil { return nil }
    if let formerPath, rename(formerPath, target) == 0 {
      self.formerPath = nil
      return "\(path) is again what it was"
    }
    if formerPath == nil, unlink(target) == 0 { return "\(path) is removed again" }
    return "\(path) stays (\(MappedFile.lastError()))"
  }

  private func dropFormer() {
    if let formerPath { unlink(formerPath) }
    formerPath = nil
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
