import ArgumentParser
import Foundation
import Simulation

/// The command line.
struct SimOptions: ParsableArguments {
  @Option(help: "IPv4 address of this machine to listen on, which the certificate is made out to as well.")
  var listen = "127.0.0.1"

  @Option(help: "Port on it; 0 takes a free one.")
  var port: Int32 = 9443

  @Option(name: .customLong("cert-dir"), help: "Folder for ca.pem, cert.pem and key.pem, made at the start.")
  var certificateDirectory = FileManager.default.temporaryDirectory.path + "/exchange-sim-\(getpid())"

  @Option(help: "Seed of the synthetic market; the same seed, the same market.")
  var seed: UInt64 = 1

  @Option(help: "Symbols, separated by commas.")
  var symbols = "BTCUSDT,ETHUSDT"

  @Option(help: "How many symbols; beyond those named, well-known and then generated ones follow.")
  var symbolCount: Int?

  @Option(help: "Hours of history before the start; of a recording, how much of it is history (default 24; 0 then).")
  var historyHours: Double?

  @Option(help: "Trades a second and symbol.")
  var rate = 3.0

  @Option(help: "Live trades a second over all symbols, up to 200,000; the history keeps --rate.")
  var rateTotal: Double?

  @Option(help: "How many times faster than its time stamps the market runs.")
  var speed = 1.0

  @Flag(help: "After a calm history, live prices swing by several ATRs in tens of seconds.")
  var lively = false

  @Option(help: "Every --burst-every-ms one symbol, in turn, has so many trades within 100 ms.")
  var burstTrades: Int?

  @Option(name: .customLong("burst-every-ms"), help: "From one burst to the next, ms.")
  var burstEveryMillis: Int64?

  @Option(help: "Symbols of the market that are TRADIFI_PERPETUAL, separated by commas.")
  var tradifi = ""

  @Option(help: "Faults to play, as JSON lines: see docs/EXCHANGE-SIM.md.")
  var scenario: String?

  @Option(
    help:
      "A recording to play: a raw capture of combined streams, or a data.binance.vision aggTrades CSV; .gz, .zip or plain."
  )
  var play: [String] = []

  @Option(help: "The symbol of a CSV recording; once, or once for each --play.")
  var playSymbol: [String] = []

  @Option(help: "REST weight a minute and address; 0 never refuses.")
  var weightLimit: Int64 = 2_400

  @Option(help: "Stream connections an address may open in five minutes; 0 never refuses.")
  var connectLimit = 300

  @Option(help: "Hours after which a stream connection is closed.")
  var sessionHours = 24.0

  @Option(help: "Seconds between the venue's pings.")
  var pingSeconds = 180.0

  @Option(help: "Trades kept over all symbols for REST, 56 bytes each.")
  var retainTrades = 10_000_000

  @Option(help: "Stop by itself after so many seconds.")
  var duration: Double?

  @Option(help: "No live trade happens earlier than so many seconds after the start.")
  var quietUntil: Double?

  @Option(help: "No trade happens later than so many seconds after the start; the venue goes on.")
  var quietAfter: Double?

  @Option(help: "At the end, write what each symbol has traded as JSON lines into this file.")
  var writeTotals: String?

  @Option(help: "Write the history as <SYMBOL>-aggTrades.csv into this folder.")
  var writeHistory: String?

  @Option(help: "Write indicators that go with the market, as JSON lines, into this file.")
  var writeIndicators: String?

  @Flag(help: "Write the files and exit.")
  var historyOnly = false

  func check() throws {
    var address = in_addr()
    // SAFETY: inet_pton writes one in_addr, which lives here.
    guard unsafe inet_pton(AF_INET, listen, &address) == 1 else {
      throw ValidationError("--listen \(listen): not an IPv4 address, as 127.0.0.1 is")
    }
    guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): ports are 0 to 65535") }
    try check("--symbol-count", symbolCount, 1...1_000)
    try check("--history-hours", historyHours, 0...48)
    try check("--rate", rate, 0.001...10_000)
    try check("--rate-total", rateTotal, 0.001...200_000)
    try check("--speed", speed, 0.001...1_000)
    try check("--weight-limit", weightLimit, 0...1_000_000_000)
    try check("--connect-limit", connectLimit, 0...1_000_000)
    try check("--session-hours", sessionHours, 0.0001...8_760)
    try check("--burst-trades", burstTrades, 1...1_000_000)
    try check("--burst-every-ms", burstEveryMillis, 100...86_400_000)
    guard (burstTrades == nil) == (burstEveryMillis == nil) else {
      throw ValidationError("--burst-trades and --burst-every-ms go together")
    }
    guard burstTrades == nil || play.isEmpty else {
      throw ValidationError("--burst-trades is for the synthetic market, not for --play")
    }
    try check("--ping-seconds", pingSeconds, 0.001...86_400)
    try check("--retain-trades", retainTrades, 1...100_000_000)
    try check("--duration", duration, 0.001...31_536_000)
    try check("--quiet-until", quietUntil, 0...31_536_000)
    try check("--quiet-after", quietAfter, 0...31_536_000)
    guard playSymbol.count <= 1 || playSymbol.count == play.count else {
      throw ValidationError("--play-symbol is given once, or once for each --play")
    }
    guard !symbolNames.isEmpty else { throw ValidationError("--symbols names no symbol, as in BTCUSDT,ETHUSDT") }
    guard Set(symbolNames).count == symbolNames.count else { throw ValidationError("--symbols names one twice") }
    guard symbolNames.count <= 1_000 else { throw ValidationError("--symbols names more than 1000 symbols") }
    try checkHistory()
  }

  /// Beyond their bounds numbers overflow the venue's 64-bit times, fill the memory, or ask for a market no machine
  /// plays. Infinity and NaN lie in no range.
  private func check<Number: Comparable>(
    _ name: String, _ value: Number?, _ allowed: ClosedRange<Number>
  ) throws {
    guard let value, !allowed.contains(value) else { return }
    throw ValidationError("\(name) \(value): goes from \(allowed.lowerBound) to \(allowed.upperBound)")
  }

  /// A history is made before the venue opens: at most some minutes of work.
  private func checkHistory() throws {
    guard play.isEmpty else { return }
    let symbolCount = max(symbolNames.count, symbolCount ?? 0)
    let trades = rate * Double(symbolCount) * (historyHours ?? 24) * 3_600
    guard trades > 200_000_000 else { return }
    throw ValidationError(
      "--rate, --history-hours and the symbols make a history of \(Int64(trades)) trades, more than 200000000; "
        + "lower one of them")
  }

  var symbolNames: [String] { Self.names(symbols) }

  private static func names(_ list: String) -> [String] {
    list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// `symbols` are the market's.
  func venueSettings(startMillis: Int64, symbols: Set<String>) throws -> VenueSettings {
    var settings = VenueSettings(startMillis: startMillis)
    if let quietUntil { settings.quietUntilMillis = startMillis + Int64(quietUntil * 1_000) }
    if let quietAfter { settings.quietAfterMillis = startMillis + Int64(quietAfter * 1_000) }
    settings.weightLimit = weightLimit
    settings.pingMillis = Int64(pingSeconds * 1_000)
    settings.maxTrades = retainTrades
    settings.connectLimit = connectLimit
    settings.sessionMillis = Int64(sessionHours * 3_600_000)
    settings.tradifiSymbols = Set(Self.names(tradifi))
    if let unknown = settings.tradifiSymbols.subtracting(symbols).sorted().first {
      throw SimFailure.usage("--tradifi \(unknown): not a symbol of the market; add it to --symbols")
    }
    if let scenario { settings.scenario = try ScenarioFile(path: scenario).read(symbols: symbols) }
    return settings
  }
}
