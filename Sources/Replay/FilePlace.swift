#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The file a path leads to, links followed, whether or not it is there yet. As it was when this was made.
public struct FilePlace: Sendable {
  private struct Identity: Equatable {
    var device: dev_t
    var inode: ino_t
  }

  /// Links the kernel follows before it gives up (path_resolution(7)).
  private static let linksMax = 40

  /// Absolute and without links; as given where its folder cannot be resolved.
  let path: String
  /// The number behind `/dev/stdout` and its like. Where a shell has sent it to a file, they look like one: a rename
  /// would put a file in place of the device, and an open of its own would write over what else goes there.
  let descriptor: Int32?
  /// The S_IFMT bits; nil when nothing is there.
  private let kind: mode_t?
  /// Of plain files only: two names of one pipe or terminal do no harm.
  private let identity: Identity?

  init(_ path: String) {
    descriptor = Self.descriptor(path)
    self.path = descriptor == nil ? Self.resolve(path) : path
    var status = stat()
    guard stat(path, &status) == 0 else {
      kind = nil
      identity = nil
      return
    }
    kind = status.st_mode & S_IFMT
    identity = kind == S_IFREG ? Identity(device: status.st_dev, inode: status.st_ino) : nil
  }

  var isDirectory: Bool { kind == S_IFDIR }

  /// A pipe or a device: it cannot be renamed over.
  var isSpecial: Bool { kind != nil && kind != S_IFREG && kind != S_IFDIR }

  /// Throws `.cannotWrite` for an output that is an input too, or another output. Reads and writes nothing.
  ///
  /// Outputs may share a device or one open descriptor (`/dev/null`, `/dev/stdout`): their rows follow one another.
  public static func refuseClashes(outputs: [String], inputs: [String]) throws(ReplayError) {
    let sources = inputs.map { (path: $0, place: FilePlace($0)) }
    var earlier: [(path: String, place: FilePlace)] = []
    for path in outputs {
      let place = FilePlace(path)
      if let source = sources.first(where: { $0.place.isSame(as: place) }) {
        throw .cannotWrite(path: path, reason: "it is the same file as the input \(source.path)")
      }
      if let other = earlier.first(where: { $0.place.isSame(as: place) && !$0.place.isSameDescriptor(as: place) }) {
        throw .cannotWrite(path: path, reason: "the output \(other.path) goes to the same file")
      }
      earlier.append((path, place))
    }
  }

  private func isSame(as other: FilePlace) -> Bool {
    if let identity, identity == other.identity { return true }
    let isPath = descriptor == nil && kind != S_IFCHR && kind != S_IFBLK
    return isPath && path == other.path
  }

  private func isSameDescriptor(as other: FilePlace) -> Bool { descriptor != nil && descriptor == other.descriptor }

  private static func descriptor(_ path: String) -> Int32? {
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

  /// realpath(3) alone knows only files that are there; an output mostly isn't yet, nor need what a link points to.
  private static func resolve(_ path: String) -> String {
    var current = path
    for _ in 0..<linksMax {
      if let whole = realPath(current) { return whole }
      let slash = current.lastIndex(of: "/")
      let name = slash.map { String(current[current.index(after: $0)...]) } ?? current
      let folder = slash.map { String(current[...$0]) } ?? "."
      guard !name.isEmpty, let parent = realPath(folder) else { return path }
      current = parent == "/" ? "/" + name : parent + "/" + name
      guard let link = linkText(current) else { return current }
      current = link.hasPrefix("/") ? link : parent + "/" + link
    }
    return path
  }

  private static func realPath(_ path: String) -> String? {
    // SAFETY: realpath's own allocation, copied and freed here.
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// What a link says; nil for anything else.
  private static func linkText(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: readlink writes at most the given length, within the closure.
    let count = bytes.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
