/// Where a simulated venue's trades come from: a seeded process or a recording.
///
/// A market holds no clock. It is asked for the events up to a moment and gives them in order of time, so the same
/// questions in any rhythm give the same events.
public protocol Market {
  /// The instruments, whose order is the symbol index of the events.
  var instruments: [Instrument] { get }

  /// The next event with a time <= `limitMillis`, or nil when there is none yet.
  mutating func next(through limitMillis: Int64) -> MarketEvent?
}

/// Something that happened in the market.
public enum MarketEvent: Equatable, Sendable {
  case trade(symbol: Int, AggTrade)
  case quote(symbol: Int, BookQuote)
  case mark(symbol: Int, MarkQuote)

  /// When it happened, ms since the epoch.
  public var timeMillis: Int64 {
    switch self {
    case .trade(_, let trade): trade.timeMillis
    case .quote(_, let quote): quote.timeMillis
    case .mark(_, let mark): mark.timeMillis
    }
  }
}

/// Best bid and ask; prices and quantities in 1e-8.
public struct BookQuote: Equatable, Sendable {
  public var updateID: Int64
  public var timeMillis: Int64
  public var bidE8: Int64
  public var bidQuantityE8: Int64
  public var askE8: Int64
  public var askQuantityE8: Int64
}

/// Mark and index price in 1e-8, and the funding of the running interval (rate in 1e-8: 10,000 is 1 bp).
public struct MarkQuote: Equatable, Sendable {
  public var timeMillis: Int64
  public var markE8: Int64
  public var indexE8: Int64
  public var settleE8: Int64
  public var fundingRateE8: Int64
  public var nextFundingMillis: Int64
}
