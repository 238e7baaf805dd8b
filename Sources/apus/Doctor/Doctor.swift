import ArgumentParser
import Foundation
import Settings

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Looks at this machine, its clocks and the way to the venue.",
    discussion: """
      EXAMPLES
        apus doctor
        apus doctor --json | jq '.checks[] | select(.status != "ok")'
        apus doctor --offline                           without touching the network

      Exit code 0, 69 when the venue cannot be reached, 78 when the configuration is wrong. Warnings don't fail.
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Flag(help: "Leave the venue alone.")
  var offline = false

  @Option(help: "How long to wait for the venue, ms.")
  var timeoutMs: Int32 = 5000

  /// The way to the venue. A probe that speaks REST also tells the venue's clock.
  static let probe: any VenueProbe = TcpProbe()

  func validate() throws {
    guard timeoutMs > 0 else { throw ValidationError("--timeout-ms \(timeoutMs): give a positive number") }
  }

  func run() throws {
    let config: RunConfig
    do {
      config = try RunConfig(try options.raw())
    } catch let error as SettingsError {
      throw Failure(error, violations: .configuration)
    }
    var checks = LibraryChecks.all() + SystemChecks.all() + ClockChecks.all()
    let venue = offline ? [] : Self.venue(config, Self.probe, timeoutMs)
    checks += venue
    if json {
      let ok = !checks.contains { $0.status == .fail }
      print(JsonText.object([("ok", ok ? "true" : "false"), ("checks", JsonText.array(checks.map(\.json)))]))
    } else {
      let style = Style.detected(STDOUT_FILENO)
      for check in checks { print(check.line(style: style)) }
    }
    if venue.contains(where: { $0.name == "venue" && $0.status == .fail }) {
      throw ExitCode(Failure.Code.unavailable.rawValue)
    }
  }

  static func venue(_ config: RunConfig, _ probe: any VenueProbe, _ timeoutMillis: Int32) -> [DoctorCheck] {
    let base = config.venue.restUrl ?? Self.base(config.venue.environment)
    guard let url = URL(string: base) else {
      return [.fail("venue", base, "correct venue.rest_url")]
    }
    do {
      let answer = try probe.probe(base: url, caFile: config.venue.caFile, timeoutMillis: timeoutMillis)
      let reached = DoctorCheck.ok("venue", "\(answer.host) reached in \(answer.roundTripMillis) ms")
      guard let server = answer.serverMillis else { return [reached] }
      let clock = ClockChecks.offset(
        serverMillis: server, receivedMillis: answer.receivedMillis, roundTripMillis: answer.roundTripMillis)
      return [reached, clock]
    } catch {
      return [.fail("venue", error.detail, error.advice)]
    }
  }

  private static func base(_ environment: RunConfig.Environment) -> String {
    environment == .demo ? "https://demo-fapi.binance.com" : "https://fapi.binance.com"
  }
}
