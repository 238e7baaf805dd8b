import Foundation
import Testing

/// The command itself, as a script meets it: exit codes, and errors on standard error only.
struct ExitCodeTests {
  private struct Ending {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The executable lies beside the test bundle.
  private static func command() throws -> URL {
    let folder = Bundle.main.executableURL?.deletingLastPathComponent()
    let tests = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    let candidates = [tests, folder].compactMap { $0?.appendingPathComponent("apus") }
    return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "\(candidates)")
  }

  private static func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Ending {
    let process = Process()
    process.executableURL = try command()
    process.arguments = arguments
    // A home that isn't there: a configuration of whoever runs the tests must not matter.
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Ending(code: process.terminationStatus, output: text, errors: errorText)
  }

  private static func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func usageIs64() throws {
    for arguments in [
      ["nonsense"], ["strategy", "check"], ["doctor", "--timeout-ms", "0"], ["config", "show", "--x"],
    ] {
      let ending = try Self.run(arguments)
      #expect(ending.code == 64, "\(arguments): \(ending)")
      #expect(ending.errors.hasPrefix("apus: ") && ending.output.isEmpty, "\(ending)")
    }
  }

  @Test func aBrokenStrategyIs65AndAMissingOne66() throws {
    let path = try Self.file("{\"name\": 5}")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let ending = try Self.run(["strategy", "check", path])
    #expect(ending.code == 65 && ending.output.isEmpty)
    let lines = ending.errors.split(separator: "\n")
    #expect(lines.count == 11 && lines.allSatisfy { $0.hasPrefix("apus: \(path):1: ") }, "\(ending.errors)")
    let missing = try Self.run(["strategy", "check", path + ".no"])
    #expect(missing.code == 66 && missing.errors.contains("no such file"))
  }

  @Test func aBrokenConfigurationIs78() throws {
    let path = try Self.file("version: 1\nmode: live\nstore: {}\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let ending = try Self.run(["config", "check", "--config", path, "--json"])
    #expect(ending.code == 78)
    let json = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
    #expect((json?["violations"] as? [Any])?.count == 2, "\(ending.output)")
    #expect(try Self.run(["config", "show"], ["APUS__WAIT": "nap"]).code == 78)
    #expect(try Self.run(["config", "show", "--config", path + ".no"]).code == 66)
  }

  @Test func aVenueOutOfReachIs69() throws {
    // Port 1 of this machine: nobody listens there.
    let ending = try Self.run(
      ["doctor", "--json"],
      [
        "APUS__VENUE__ENVIRONMENT": "sim", "APUS__VENUE__REST_URL": "https://127.0.0.1:1",
        "APUS__VENUE__STREAM_URL": "wss://127.0.0.1:1",
      ])
    #expect(ending.code == 69, "\(ending)")
    let json = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
    #expect(json?["ok"] as? Bool == false)
  }

  @Test func whatIsShownIsJsonAndPlainText() throws {
    let ending = try Self.run(["config", "show", "--json"])
    #expect(ending.code == 0 && ending.errors.isEmpty)
    let json = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: [String: Any]]
    #expect(json?["mode"]?["value"] as? String == "paper")
    #expect(json?["mode"]?["origin"] as? String == "default")
    #expect(try !Self.run(["doctor", "--offline"]).output.contains("\u{1B}"))
    #expect(try Self.run(["--version"]).code == 0)
  }
}
