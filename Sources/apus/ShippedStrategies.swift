import Foundation

/// Where the strategies that come with Apus lie.
enum ShippedStrategies {
  static let names = ["v51_baseline.json", "v52_8signals.json"]

  /// Their paths: below the working directory, or beside the executable's package or prefix.
  static func paths() throws -> [String] {
    for folder in folders() {
      let paths = names.map { folder + "/" + $0 }
      if paths.allSatisfy({ FileManager.default.isReadableFile(atPath: $0) }) { return paths }
    }
    throw Failure(.noInput, "the shipped strategies are not in ./strategies: name strategies with --strategy FILE")
  }

  private static func folders() -> [String] {
    var folders = ["strategies"]
    guard let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return folders }
    // .build/<triple>/release/apus lies four levels below the package, bin/apus two below its prefix.
    var parent = executable.deletingLastPathComponent()
    for _ in 0..<4 {
      parent.deleteLastPathComponent()
      folders.append(parent.appendingPathComponent("strategies").path)
      folders.append(parent.appendingPathComponent("share/apus/strategies").path)
    }
    return folders
  }
}
