import ArgumentParser
import Foundation
import Settings

/// Where settings come from; shared by all verbs that need them.
struct ConfigOptions: ParsableArguments {
  @Option(
    help: """
      YAML file. Without it: $XDG_CONFIG_HOME/apus/apus.yaml when there is one, else the defaults. \
      APUS__SECTION__KEY=value in the environment wins over it.
      """, completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  /// The file named, the one at its standard place, or nil.
  func file(environment: [String: String]) -> String? {
    if let config { return config }
    let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
    guard let path = home.map({ $0 + "/apus/apus.yaml" }), FileManager.default.fileExists(atPath: path) else {
      return nil
    }
    return path
  }

  /// What a run of these settings is called: its file's name without the ending, `apus` without a file.
  func name(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    file(environment: environment).map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent } ?? "apus"
  }

  /// Settings as written, before options of the command line and before checking.
  func raw(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> RawConfig {
    do {
      return try RunConfig.raw(file: file(environment: environment), environment: environment)
    } catch {
      throw Failure(error, violations: .configuration)
    }
  }
}
