import Foundation
import Testing

/// One of our commands as a process of its own, its output in files, so that no pipe can fill.
///
/// It never outlives the test: `deinit` ends it, and should the tests themselves be killed, timeout(1) around it does.
final class ChildProcess {
  private let process = Process()
  private let outputPath: String
  private let errorsPath: String

  /// `limitSeconds`: after which it is ended in any case. `directory`: where it runs; the default is the package's root.
  init(
    _ program: String, _ arguments: [String], in scratch: Scratch, limitSeconds: Int = 120,
    environment: [String: String] = [:], directory: String? = nil
  ) throws {
    let number = scratch.nextNumber()
    outputPath = scratch.hidden("output-\(number)")
    errorsPath = scratch.hidden("errors-\(number)")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    // In the foreground, so that a signal reaches the command once and not through its group again.
    process.arguments =
      ["--foreground", "--kill-after=5", "\(limitSeconds)", try Self.path(of: program)] + arguments
    // A home that isn't there: a configuration of whoever runs the tests must not matter.
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: directory ?? Self.packageRoot)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.created(outputPath)
    process.standardError = try Self.created(errorsPath)
    try process.run()
  }

  deinit {
    guard process.isRunning else { return }
    // timeout(1) passes it on, and kills after 5 s what does not listen.
    process.terminate()
    if wait(seconds: 8) == nil { kill(process.processIdentifier, SIGKILL) }
  }

  var output: String { Self.text(outputPath) }
  var errors: String { Self.text(errorsPath) }
  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// The exit code; nil when it still runs after `seconds`.
  func wait(seconds: Double) -> Int32? {
    eventually(seconds: seconds) { !self.process.isRunning } ? process.terminationStatus : nil
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

  private static func created(_ path: String) throws -> FileHandle {
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    return try #require(FileHandle(forWritingAtPath: path))
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
