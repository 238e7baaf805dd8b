import CPlacement
import Foundation

/// The folder in which running engines can be found.
///
/// In memory wherever the system offers that: a page of a mapped file on a disk is write-protected while it is written
/// back, and the engine's next store would wait for the disk, now and then, for milliseconds.
struct RuntimeDirectory: Equatable {
  let path: String

  /// Where to look, best first; engines use the first that they can. `given`: an option of the command line.
  static func candidates(
    given: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment, user: uid_t = geteuid()
  ) -> [RuntimeDirectory] {
    func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let given = given ?? text("APUS_RUNTIME_DIR") { return [RuntimeDirectory(path: given)] }
    var paths: [String] = []
    if let runtime = text("XDG_RUNTIME_DIR") { paths.append(runtime + "/apus") }
    // What XDG_RUNTIME_DIR is at a login; a service of the same user has no such variable.
    if isFolder("/run/user/\(user)") { paths.append("/run/user/\(user)/apus") }
    if isFolder("/dev/shm") { paths.append("/dev/shm/apus-\(user)") }
    paths.append("/tmp/apus-\(user)")
    return paths.enumerated().filter { !paths[..<$0.offset].contains($0.element) }.map {
      RuntimeDirectory(path: $0.element)
    }
  }

  /// Makes it if need be. Gives what is wrong with it: others could put their files, or links, where ours are expected.
  func problem() -> String? {
    if mkdir(path, 0o700) != 0, errno != EEXIST { return "\(path): \(String(cString: strerror(errno)))" }
    var status = stat()
    guard lstat(path, &status) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path): is no folder" }
    guard status.st_uid == geteuid() else { return "\(path): belongs to another user" }
    guard status.st_mode & 0o022 == 0 else { return "\(path): others may write to it (chmod 700 it)" }
    return nil
  }

  /// Whether it lies in memory; nil when the system doesn't tell.
  var isInMemory: Bool? {
    let answer = apus_path_in_memory(path)
    return answer < 0 ? nil : answer == 1
  }

  func file(of pid: Int32) -> String { "\(path)/engine-\(pid).latency" }

  /// The engines' files that lie in it, running or not.
  func files() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix("engine-") && $0.hasSuffix(".latency") }.sorted().map { path + "/" + $0 }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// Which process a file speaks of: pids are used again.
enum ProcessStart {
  /// Field 22 of /proc/PID/stat, clock ticks after boot; nil when there is no such process.
  static func of(_ pid: Int32) -> UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    // The name may hold anything, so fields are counted behind it: the third is the first there.
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 19 ? UInt64(fields[19]) : nil
  }
}
