import Domain
import HotPath
import Logging
import Settings
import Venues

/// What the venue says before the start: its clock and its instruments.
struct VenueSetup {
  let endpoints: BinanceEndpoints
  let trust: TLSTrust
  /// The venue's clock minus ours, ms.
  let clockOffsetMillis: Int64
  /// By symbol index.
  let instruments: [Instrument]

  /// Asks the venue; blocks up to some 30 s. Every failure is one line with a sysexits code.
  init(_ config: RunConfig, logger: Logger) throws {
    do {
      endpoints = try Self.endpoints(config.venue)
      trust = try TLSTrust(caFile: config.venue.caFile)
      let rest = try BinanceRest(endpoints: endpoints, trust: trust, logger: logger)
      // The first call also makes the connection; the second one's round trip is the wire's alone.
      _ = try rest.serverTime()
      clockOffsetMillis = try rest.serverTime().offsetMillis
      instruments = try Self.instruments(config, listings: try rest.exchangeInfo())
    } catch let error as VenueError {
      if case .settings(let text) = error { throw Failure(.configuration, text) }
      throw Failure(.unavailable, error.description)
    }
  }

  static func endpoints(_ venue: RunConfig.Venue) throws(VenueError) -> BinanceEndpoints {
    switch venue.environment {
    case .production: return .production
    case .demo: return .demo
    case .sim:
      guard let rest = venue.restUrl, let streams = venue.streamUrl else {
        preconditionFailure("a checked configuration has both URLs of a simulated venue")
      }
      return try BinanceEndpoints(restURL: rest, streamURL: streams)
    }
  }

  /// All unknown or untradable symbols are told at once.
  private static func instruments(_ config: RunConfig, listings: [InstrumentListing]) throws -> [Instrument] {
    var found: [Instrument] = []
    var problems: [String] = []
    for symbol in config.symbols {
      guard let listing = listings.first(where: { $0.instrument.symbol == symbol }) else {
        problems.append("symbols: `\(symbol)` is not listed at the venue: correct its spelling (BTCUSDT) or remove it")
        continue
      }
      if listing.status != "TRADING" {
        problems.append("symbols: `\(symbol)` is not trading (status \(listing.status)): remove it")
      } else if !config.contractTypes.contains(listing.contractType) {
        problems.append(
          "symbols: `\(symbol)` is a \(listing.contractType) contract: add that to contract_types or remove the symbol")
      }
      found.append(listing.instrument)
    }
    if !problems.isEmpty { throw Failure(.configuration, problems.joined(separator: "\n")) }
    return found
  }
}
