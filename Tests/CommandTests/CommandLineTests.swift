import ArgumentParser
import Foundation
import Settings
import Testing

@testable import apus

struct CommandLineTests {
  @Test func failuresNameTheirCode() {
    #expect(Failure(.missing(path: "x"), violations: .data).code == .noInput)
    #expect(Failure(.unreadable(path: "x", reason: "y"), violations: .data).code == .io)
    let two = [Violation(source: "a", key: "k", problem: "p"), Violation(source: "b", key: "k", problem: "p")]
    let failure = Failure(.violations(two), violations: .configuration)
    #expect(failure.code == .configuration)
    #expect(failure.description == "apus: a: k: p\napus: b: k: p")
  }

  @Test func everyVerbHelpsWithExamples() {
    let verbs: [any ParsableCommand.Type] = [
      Apus.self, ConfigCheckCommand.self, ConfigShowCommand.self, StrategyCheck.self, Doctor.self,
    ]
    for verb in verbs { #expect(Apus.helpMessage(for: verb).contains("EXAMPLES"), "\(verb)") }
  }

  @Test func usageErrorsAre64() {
    do {
      _ = try Apus.parseAsRoot(["strategy", "check"])
      Issue.record("no file, and no complaint")
    } catch { #expect(Apus.exitCode(for: error).rawValue == 64) }
  }

  @Test func configurationComesFromItsStandardPlace() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("apus"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("apus/apus.yaml").path
    let options = try ConfigOptions.parse([])
    let environment = ["XDG_CONFIG_HOME": folder.path]
    #expect(options.file(environment: environment) == nil)
    try "version: 1\nwait: spin\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(options.file(environment: environment) == path)
    #expect(try RunConfig(options.raw(environment: environment)).wait == .spin)
    #expect(try ConfigOptions.parse(["--config", "b"]).file(environment: environment) == "b")
  }

  @Test func aRunsFilesAreChecked() throws {
    var raw = RawConfig()
    raw.apply(option: "--indicators", path: "indicators", value: .text("/nonexistent/i"))
    raw.apply(option: "--strategy", path: "strategies", value: .texts(["/nonexistent/s"]))
    let config = try RunConfig(raw)
    do {
      _ = try ConfigCheckCommand.checkFiles(config)
      Issue.record("files that aren't there were found")
    } catch { #expect(error.violations.map(\.key) == ["indicators", "strategies"]) }
  }
}
