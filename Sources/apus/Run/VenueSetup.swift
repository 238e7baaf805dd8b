import Domain
import HotPath
import Logging
import Settings
import Venues

/// What the venue says before the start: its clock and its instruments.
struct VenueSetup {
  let endpoints: BinanceEndpoints
  let trust: TLSTrust
  /// All of the run's calls go through it: one budget, one order of precedence.
  let rest: BinanceRest
  let clock: BinanceRest.ServerTime
  let selection: SymbolSelection

  /// Asks the venue; blocks up to some 30 s. Every failure is one line with a sysexits code.
  init(_ config: RunConfig, logger: Logger) throws {
    do {
      endpoints = try Self.endpoints(config.venue)
      trust = try TLSTrust(caFile: config.venue.caFile)
      rest = try BinanceRest(endpoints: endpoints, trust: trust, logger: logger)
      clock = try Self.clock(rest, host: endpoints.rest.host)
      rest.believe(clock)
      let listings = try rest.exchangeInfo()
      selection = try SymbolSelection(
        config.symbolChoice, contractTypes: config.contractTypes, listings: listings,
        tickers: Self.tickers(rest, logger))
    } catch let error as VenueError {
      if case .settings(let text) = error { throw Failure(.configuration, text) }
      throw Failure(.unavailable, error.description)
    }
  }

  static func clock(_ rest: BinanceRest, host: String) throws -> BinanceRest.ServerTime {
    // The first call also makes the connection; later ones' round trip is the wire's alone.
    _ = try rest.serverTime()
    for _ in 0..<3 { if let time = try VenueTime.measured(rest) { return time } }
    throw Failure(
      .unavailable,
      "\(host): its /time differs by seconds from one answer to the next: try again later, or correct venue.rest_url")
  }

  /// Only estimates hang on them, unless symbols are chosen by volume: a venue without them can be traded.
  private static func tickers(_ rest: BinanceRest, _ logger: Logger) -> [DayTicker]? {
    do {
      return try rest.tickers()
    } catch {
      logger.warning("volumes of the day are not known: \(error)")
      return nil
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
}
