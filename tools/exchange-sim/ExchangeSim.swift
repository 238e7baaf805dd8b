import ArgumentParser
import Foundation
import Simulation

/// The command: builds a market, writes what was asked for, and serves.
@main
struct ExchangeSim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange-sim",
    abstract: "A Binance USD-M compatible exchange on this machine, over real TLS sockets.",
    discussion: """
      It plays a seeded synthetic market, or a recording given with --play. One \
      line of JSON on standard output says when it is ready and where; a client \
      trusts the ca.pem named there. Ctrl-C ends it. What shall go wrong, and \
      when, is told by --scenario: docs/EXCHANGE-SIM.md has the faults.

      EXAMPLES
        A lively market for a demonstration, without REST weights:
          exchange-sim --lively --weight-limit 0
        A load of 50,000 trades a second for a minute:
          exchange-sim --symbol-count 100 --rate-total 50000 \\
            --history-hours 1 --duration 60
        A raw capture twice as fast as it was:
          exchange-sim --play btcusdt_20240719.gz --speed 2
        An archive file, its first five hours as history:
          exchange-sim --play BTCUSDT-aggTrades.zip --history-hours 5
        Bursts of 2,000 trades of one symbol, every second:
          exchange-sim --burst-trades 2000 --burst-every-ms 1000
        A feed that loses a trade, breaks off, and a REST that throttles:
          echo '{"fault":"skip","at_event":50,"symbol":"BTCUSDT"}' > f.jsonl
          echo '{"fault":"cut","at_ms":5000}' >> f.jsonl
          echo '{"fault":"http","status":429,"at_ms":0,"for_ms":9000}' >> f.jsonl
          exchange-sim --scenario f.jsonl
        The files for a warm start and a replay, without serving:
          exchange-sim --write-history history --history-only \\
            --write-indicators indicators.jsonl

      EXIT CODES
        0   ended as asked
        64  wrong usage
        65  a recording or a scenario cannot be read
        69  the port is not free, or the address not this machine's
        74  a file cannot be written
      """)

  @OptionGroup var options: SimOptions

  /// Wrong usage is one line, as every other end is; ArgumentParser's own would add the usage below it.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // An exit code alone has had its line.
      guard exitCode(for: error) == .validationFailure, !(error is ExitCode) else { exit(withError: error) }
      let line = "exchange-sim: \(message(for: error)): see `exchange-sim --help`\n"
      FileHandle.standardError.write(Data(line.utf8))
      exit(withError: ExitCode.validationFailure)
    }
  }

  func validate() throws {
    try options.check()
  }

  func run() throws {
    do {
      try serve()
    } catch let failure as SimFailure {
      FileHandle.standardError.write(Data("exchange-sim: \(failure.message)\n".utf8))
      throw ExitCode(failure.exitCode)
    }
  }

  private func serve() throws {
    let clock = VenueClock()
    let market = try MarketChoice(options: options, startMillis: clock.startMillis)
    let symbols = Set(market.market.instruments.map(\.symbol))
    let settings = try options.venueSettings(startMillis: clock.startMillis, symbols: symbols)
    let venue = SimulatedVenue(market: market.market, settings: settings)
    try HistoryFiles(options: options).write(venue, market, startMillis: clock.startMillis)
    // Only now: until here Ctrl-C may simply end the process, however long a history it is making.
    StopSignal.install()
    tellWhatWasCut(venue)
    if options.historyOnly { return }
    let door = VenueDoor(venue: venue, clock: clock)
    let certificate: Certificate
    do {
      certificate = try Certificate(directory: options.certificateDirectory, address: options.listen)
    } catch {
      throw SimFailure.output("no certificate in \(options.certificateDirectory): \(error)")
    }
    do {
      try door.open(address: options.listen, port: options.port, certificate: certificate)
    } catch let failure as VenueDoor.Failure {
      throw SimFailure.unavailable("\(failure.what); name another with --port, or 0 for a free one")
    }
    announce(door, certificate, startMillis: clock.startMillis, symbols: venue.instruments.count)
    let end = options.duration.map { clock.nowMillis + Int64($0 * 1_000) }
    door.serve { now in StopSignal.isSet || end.map { now >= $0 } ?? false }
    try HistoryFiles(options: options).writeTotals(venue)
  }

  private func tellWhatWasCut(_ venue: SimulatedVenue) {
    guard venue.keptCount < venue.tradeCount else { return }
    let line =
      "exchange-sim: of \(venue.tradeCount) trades of history the newest \(venue.keptCount) are kept; "
      + "raise --retain-trades for more\n"
    FileHandle.standardError.write(Data(line.utf8))
  }

  private func announce(_ door: VenueDoor, _ certificate: Certificate, startMillis: Int64, symbols: Int) {
    var line = WireText()
    line.raw("{\"ready\":true,\"port\":")
    line.integer(Int64(door.port))
    line.raw(",\"ca\":")
    line.quoted(URL(fileURLWithPath: certificate.authorityPath).path)
    line.raw(",\"start_ms\":")
    line.integer(startMillis)
    line.raw(",\"symbols\":")
    line.integer(Int64(symbols))
    line.raw(",\"history_trades\":")
    line.integer(Int64(door.venue.tradeCount))
    line.raw("}\n")
    FileHandle.standardOutput.write(Data(line.bytes))
  }
}

/// An end in one line: what, where, what to do.
struct SimFailure: Error {
  let exitCode: Int32
  let message: String

  static func usage(_ message: String) -> SimFailure { SimFailure(exitCode: 64, message: message) }
  static func data(_ message: String) -> SimFailure { SimFailure(exitCode: 65, message: message) }
  static func unavailable(_ message: String) -> SimFailure { SimFailure(exitCode: 69, message: message) }
  static func output(_ message: String) -> SimFailure { SimFailure(exitCode: 74, message: message) }
}
