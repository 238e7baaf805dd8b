import Domain
import HotPath
import Logging
import Settings
import Venues

/// Which of the venue's contracts a run trades: a list, the most traded, or all.
struct SymbolSelection {
  /// By symbol index.
  var instruments: [Instrument]
  /// An estimate of the aggregates a day of each; nil where the venue told none.
  var tradesPerDay: [Int64?]

  /// Symbols that may be listed later find room for so many.
  static let roomForNew = 64

  /// `tickers`: what traded in the last 24 h; may be missing unless the choice is by volume.
  init(
    _ choice: RunConfig.SymbolChoice, contractTypes: [String], listings: [InstrumentListing], tickers: [DayTicker]?
  ) throws {
    let byName = Dictionary((tickers ?? []).map { ($0.symbol, $0) }, uniquingKeysWith: { first, _ in first })
    let chosen: [Instrument]
    switch choice {
    case .list(let names): chosen = try Self.named(names, contractTypes, listings)
    case .all: chosen = Self.tradable(contractTypes, listings)
    case .top(let count):
      guard tickers != nil else {
        throw Failure(.unavailable, "symbols: top:\(count) needs the venue's volumes, which it did not tell: try again")
      }
      chosen = Self.tradable(contractTypes, listings)
        .sorted { left, right in
          let volumes = (byName[left.symbol]?.quoteVolume ?? 0, byName[right.symbol]?.quoteVolume ?? 0)
          return volumes.0 == volumes.1 ? left.symbol < right.symbol : volumes.0 > volumes.1
        }
        .prefix(count).map { $0 }
    }
    guard !chosen.isEmpty else {
      throw Failure(.configuration, "symbols: the venue trades no contract of \(contractTypes.joined(separator: ", "))")
    }
    guard chosen.count <= EngineLimits.symbolsMax else {
      throw Failure(
        .configuration,
        "symbols: the venue trades \(chosen.count), more than the \(EngineLimits.symbolsMax) of an engine: use top:N")
    }
    instruments = chosen
    tradesPerDay = chosen.map { byName[$0.symbol]?.aggregatesEstimated }
  }

  private static func tradable(_ contractTypes: [String], _ listings: [InstrumentListing]) -> [Instrument] {
    listings.filter {
      $0.status == "TRADING" && contractTypes.contains($0.contractType)
        && $0.instrument.symbol.utf8.count <= EngineLimits.nameBytesMax
    }.map(\.instrument)
  }

  /// All unknown or untradable symbols are told at once.
  private static func named(_ names: [String], _ contractTypes: [String], _ listings: [InstrumentListing]) throws
    -> [Instrument]
  {
    let byName = Dictionary(listings.map { ($0.instrument.symbol, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Instrument] = []
    var problems: [String] = []
    for symbol in names {
      guard let listing = byName[symbol] else {
        problems.append("symbols: `\(symbol)` is not listed at the venue: correct its spelling (BTCUSDT) or remove it")
        continue
      }
      if listing.status != "TRADING" {
        problems.append("symbols: `\(symbol)` is not trading (status \(listing.status)): remove it")
      } else if !contractTypes.contains(listing.contractType) {
        problems.append(
          "symbols: `\(symbol)` is a \(listing.contractType) contract: add that to contract_types or remove the symbol")
      }
      found.append(listing.instrument)
    }
    if !problems.isEmpty { throw Failure(.configuration, problems.joined(separator: "\n")) }
    return found
  }
}
