import ArgumentParser
import Domain
import Foundation
import HotPath
import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks and shows the configuration.",
    discussion: """
      EXAMPLES
        apus config check --config apus.yaml
        apus config show
      """,
    subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self])
}

struct ConfigCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks the configuration and the files it names; tells all that is wrong at once.",
    discussion: """
      EXAMPLES
        apus config check --config apus.yaml
        APUS__RISK__RISK_PER_TRADE_USD=3 apus config check

      Exit code 0 when it would run, 78 when not, 66 when the file itself is missing.
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(help: "One JSON object on standard output.")
  var json = false

  func run() throws {
    let raw = try options.raw()
    do throws(SettingsError) {
      let config = try RunConfig(raw)
      let strategies = try Self.checkFiles(config)
      if json {
        print(JsonText.object([("ok", "true"), ("violations", "[]")]))
      } else {
        let names = strategies.map(\.name).joined(separator: ", ")
        print("ok  \(config.symbols.joined(separator: ", ")) on binance \(config.venue.environment): \(names)")
      }
    } catch {
      if json {
        let violations = JsonText.array(error.violations.map(JsonText.violation))
        print(JsonText.object([("ok", "false"), ("violations", violations)]))
      }
      throw Failure(error, violations: .configuration)
    }
  }

  /// Files a run would stumble over later, together with what is wrong in the strategies.
  static func checkFiles(_ config: RunConfig) throws(SettingsError) -> [StrategyConfig] {
    var violations: [Violation] = []
    func check(_ key: String, _ path: String?) {
      guard let path, !FileManager.default.isReadableFile(atPath: path) else { return }
      let problem = "cannot be read: correct the path or its permissions"
      violations.append(Violation(source: "configuration", key: key, value: path, problem: problem))
    }
    check("indicators", config.indicatorsFile)
    check("venue.ca_file", config.venue.caFile)
    for symbol in config.symbols {
      for path in config.historyFiles[symbol] ?? [] { check("history.files.\(symbol)", path) }
    }
    for path in config.strategies { check("strategies", path) }
    let readable = config.strategies.filter { FileManager.default.isReadableFile(atPath: $0) }
    var strategies: [StrategyConfig] = []
    do {
      strategies = try StrategyFile.loadAll(readable, catalog: SignalCatalog.all)
    } catch {
      guard case .violations(let found) = error else { throw error }
      violations += found
    }
    if !violations.isEmpty { throw .violations(violations) }
    return strategies
  }
}

struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Prints the effective configuration and where each value comes from.",
    discussion: """
      EXAMPLES
        apus config show > apus.yaml                    a file to start from
        apus config show --config apus.yaml --json
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(help: "One JSON object: key to value and origin.")
  var json = false

  func run() throws {
    let raw = try options.raw()
    print(json ? raw.json : raw.yaml)
    do {
      _ = try RunConfig(raw)
    } catch {
      throw Failure(error, violations: .configuration)
    }
  }
}
