import Foundation
import Testing

/// One of our commands as a process of its own, its output in files, so that no pipe can fill.
///
/// It never outlives the test: `deinit` kills its group, and should the tests themselves be killed, timeout(1) around it
/// ends it. Foundation's Process was rejected: its children inherit the signal mask of the thread that starts them, and
/// the threads tests run on block SIGINT and SIGTERM.
final class ChildProcess {
  private let pid: pid_t
  private let outputPath: String
  private let errorsPath: String
  /// As waitpid gave it; nil while the process runs.
  private var status: Int32?

  /// `limitSeconds`: after which it is ended in any case. `directory`: where it runs; the default is the package's root. `output` and
  /// `errors`: where they go instead of files of the scratch folder. `within`: a command that runs it, as `ip netns exec NAME`.
  init(
    _ program: String, _ arguments: [String], in scratch: Scratch, limitSeconds: Int = 120,
    environment: [String: String] = [:], directory: String? = nil, output: String? = nil, errors: String? = nil,
    within: [String] = []
  ) throws {
    let number = scratch.nextNumber()
    outputPath = output ?? scratch.hidden("output-\(number)")
    errorsPath = errors ?? scratch.hidden("errors-\(number)")
    // In the foreground, so that a signal reaches the command once and not through its group again.
    let timeout = ["timeout", "--foreground", "--kill-after=5", "\(limitSeconds)"]
    let place = ["env", "--chdir=\(directory ?? Self.packageRoot)"]
    let words = timeout + place + within + [try Self.path(of: program)] + arguments
    // A home that isn't there: a configuration of whoever runs the tests must not matter.
    let variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 }
    pid = try Self.spawn(
      words, variables.map { "\($0.key)=\($0.value)" }, outputPath, errorsPath)
  }

  private static func spawn(
    _ words: [String], _ variables: [String], _ output: String, _ errors: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    // Sockets of tests beside this one must not stay open in here; a descriptor that isn't open is no error.
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))
    var argv = words.map { strdup($0) } + [nil]
    var envp = variables.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/usr/bin/timeout", &actions, &attributes, &argv, &envp) == 0)
    return pid
  }

  deinit {
    // The group holds timeout(1) and the command; both may still be there, or neither.
    guard isRunning else { return }
    kill(-pid, SIGKILL)
    var ignored: Int32 = 0
    waitpid(pid, &ignored, 0)
  }

  var output: String { Self.text(outputPath) }
  var errors: String { Self.text(errorsPath) }

  var isRunning: Bool {
    guard status == nil else { return false }
    var raw: Int32 = 0
    if waitpid(pid, &raw, WNOHANG) == pid { status = raw }
    return status == nil
  }

  /// To the command, through timeout(1).
  func send(_ signal: Int32) { if isRunning { kill(pid, signal) } }

  /// The exit code, or minus the signal that ended it; nil when it still runs after `seconds`.
  func wait(seconds: Double) -> Int32? {
    guard eventually(seconds: seconds, { !self.isRunning }), let status else { return nil }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
  }

  static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The executables lie beside the test bundle.
  private static func path(of program: String) throws -> String {
    let folders = [
      CommandLine.arguments.first.map { URL(fileURLWithPath: $0).deletingLastPathComponent() },
      Bundle.main.executableURL?.deletingLastPathComponent(),
    ].compactMap { $0?.appendingPathComponent(program).path }
    return try #require(folders.first { FileManager.default.isExecutableFile(atPath: $0) }, "\(folders)")
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// Whether `condition` held within `seconds`.
func eventually(seconds: Double, _ condition: () -> Bool) -> Bool {
  let deadline = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
  while ContinuousClock.now < deadline {
    if condition() { return true }
    usleep(20_000)
  }
  return condition()
}

/// A command that has ended.
struct Ending: CustomStringConvertible {
  var code: Int32?
  var output: String
  var errors: String

  var description: String { "code \(code.map(String.init) ?? "none"), output \(output), errors \(errors)" }

  init(
    _ program: String, _ arguments: [String], in scratch: Scratch, environment: [String: String] = [:],
    directory: String? = nil
  ) throws {
    let child = try ChildProcess(
      program, arguments, in: scratch, limitSeconds: 60, environment: environment, directory: directory)
    code = child.wait(seconds: 70)
    output = child.output
    errors = child.errors
  }

  /// One line on standard error that begins with the program and holds all `words`, and nothing on standard output.
  func isOneLine(_ words: String..., from program: String = "apus") -> Bool {
    errors.hasPrefix("\(program): ") && errors.hasSuffix("\n") && errors.filter { $0 == "\n" }.count == 1
      && words.allSatisfy { errors.contains($0) } && output.isEmpty && !errors.contains("\u{1B}")
  }
}

/// A folder for one test, removed with it.
final class Scratch {
  let path: String
  private var number = 0

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path + "/.hidden", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// A file that `names` doesn't list.
  func hidden(_ name: String) -> String { path + "/.hidden/" + name }

  func nextNumber() -> Int {
    number += 1
    return number
  }

  /// What lies in it, sorted.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0 != ".hidden" }.sorted()
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    return file(name)
  }

  func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }
}
