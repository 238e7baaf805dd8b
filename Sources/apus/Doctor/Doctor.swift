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

      Exit code 0, 69 when a check fails (the venue cannot be reached, a library is too old), 78 when the configuration
      is wrong. Warnings don't fail.
      """)

  @OptionGroup var options: ConfigOptions

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Flag(help: "Leave the venue alone.")
  var offline = false

  @Option(help: "How long to wait for the venue, ms.")
  var timeoutMs = 5000

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
    var checks = LibraryChecks.all() + SystemChecks.all() + ClockChecks.all() + PlacementChecks.all()
    if !offline { checks += Self.venue(config.venue, RestProbe(), timeoutMs) }
    if json {
      let ok = !checks.contains { $0.status == .fail }
      print(JsonText.object([("ok", ok ? "true" : "false"), ("checks", JsonText.array(checks.map(\.json)))]))
    } else {
      let style = Style.detected(STDOUT_FILENO)
      for check in checks { print(check.line(style: style)) }
    }
    if checks.contains(where: { $0.status == .fail }) {
      throw ExitCode(Failure.Code.unavailable.rawValue)
    }
  }

  static func venue(_ venue: RunConfig.Venue, _ probe: any VenueProbe, _ timeoutMillis: Int) -> [DoctorCheck] {
    do throws(VenueUnreachable) {
      let answer = try probe.probe(venue, timeoutMillis: timeoutMillis)
      return [
        .ok("venue", "\(answer.host) answers in \(answer.roundTripMillis) ms"),
        ClockChecks.offset(offsetMillis: answer.offsetMillis, roundTripMillis: answer.roundTripMillis),
      ]
    } catch {
      return [.fail("venue", error.detail, "")]
    }
  }
}
