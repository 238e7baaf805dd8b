import ArgumentParser

/// The command: one file per verb.
@main
struct Apus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "A trading engine for Binance USD-M futures: measures order flow, scores strategies, trades on paper.",
    discussion: """
      EXAMPLES
        apus doctor                                     is this machine ready?
        apus strategy check strategies/*.json           are these strategies sound?
        apus config show --config apus.yaml             what would run, and why?
        apus data download --symbol BTCUSDT --from 2026-09-01    a day of trades, to replay

      Exit codes follow sysexits: 64 usage, 65 input data, 66 no such input, 69 venue unavailable, 74 I/O,
      78 configuration. Errors are one line each on standard error: what, where, what to do.
      """,
    version: Version.text,
    subcommands: [
      RunCommand.self, ReplayCommand.self, DataCommand.self, ConfigCommand.self, StrategyCommand.self,
      LatencyCommand.self, Doctor.self,
    ])

  /// Parses and runs; errors take our form and sysexits codes instead of ArgumentParser's.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure.exit(error)
    }
  }
}

enum Version {
  static let text = "0.1.0"
}
