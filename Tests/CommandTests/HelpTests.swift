import Testing

/// What a newcomer asks first.
@Suite struct HelpTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [
    [], ["run"], ["replay"], ["config"], ["config", "check"], ["config", "show"], ["strategy"], ["strategy", "check"],
    ["latency"], ["doctor"], ["data"], ["data", "download"], ["data", "verify"], ["data", "convert"],
  ])
  func everyVerbHelpsWithExamples(verb: [String]) throws {
    let ending = try Ending("apus", verb + ["--help"], in: scratch)
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending)")
    #expect(ending.output.contains("EXAMPLES") && ending.output.contains("USAGE: apus"), "\(ending)")
    #expect(!ending.output.contains("\u{1B}"))
  }

  @Test func theVenueHelpsToo() throws {
    let ending = try Ending("exchange-sim", ["--help"], in: scratch)
    #expect(ending.code == 0 && ending.output.contains("EXAMPLES") && ending.output.contains("EXIT CODES"), "\(ending)")
  }

  @Test func colourIsForTerminalsOnly() throws {
    for environment in [[:], ["NO_COLOR": "1"], ["TERM": "xterm-256color"]] {
      for arguments in [["doctor", "--offline"], ["config", "show"], ["strategy", "check", "no.json"], ["replay"]] {
        let ending = try Ending("apus", arguments, in: scratch, environment: environment)
        #expect(!ending.output.contains("\u{1B}") && !ending.errors.contains("\u{1B}"), "\(ending)")
      }
    }
  }
}
