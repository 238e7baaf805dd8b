import ArgumentParser
import Domain
import HotPath
import Settings

struct StrategyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategy", abstract: "Looks after strategy files.",
    discussion: """
      EXAMPLES
        apus strategy check strategies/v51_baseline.json
      """,
    subcommands: [StrategyCheck.self])
}

struct StrategyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks strategy files and tells all that is wrong at once.",
    discussion: """
      EXAMPLES
        apus strategy check strategies/v51_baseline.json
        apus strategy check --json strategies/*.json

      Exit code 0 when all files are sound, 65 when one isn't, 66 when one is missing.
      """)

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Argument(
    help: "Strategy files. Several are checked for distinct names too.", completion: .file(extensions: ["json"]))
  var files: [String]

  func run() throws {
    do {
      let strategies = try StrategyFile.loadAll(files, catalog: SignalCatalog.all)
      print(json ? Self.json(strategies, files, []) : Self.text(strategies, files))
    } catch {
      if json { print(Self.json([], files, error.violations)) }
      throw Failure(error, violations: .data)
    }
  }

  static func text(_ strategies: [StrategyConfig], _ files: [String]) -> String {
    zip(strategies, files).map { strategy, file in
      let weights = strategy.signals.map { "\($0.name) \(Self.number($0.weight))" }.joined(separator: ", ")
      return
        "ok  \(file): \(strategy.name) \(strategy.version), fires at \(Self.number(strategy.threshold)): \(weights)"
    }.joined(separator: "\n")
  }

  static func json(_ strategies: [StrategyConfig], _ files: [String], _ violations: [Violation]) -> String {
    let names = strategies.map {
      JsonText.object([("name", JsonText.string($0.name)), ("version", JsonText.string($0.version))])
    }
    return JsonText.object([
      ("ok", violations.isEmpty && !strategies.isEmpty ? "true" : "false"),
      ("files", JsonText.array(files.map(JsonText.string))),
      ("strategies", JsonText.array(names)),
      ("violations", JsonText.array(violations.map(JsonText.violation))),
    ])
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
