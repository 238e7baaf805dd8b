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

  public init(
    updateID: Int64, timeMillis: Int64, bidE8: Int64, bidQuantityE8: Int64, askE8: Int64, askQuantityE8: Int64
  ) {
    self.updateID = updateID
    self.timeMillis = timeMillis
    self.bidE8 = bidE8
    self.bidQuantityE8 = bidQuantityE8
    self.askE8 = askE8
    self.askQuantityE8 = askQuantityE8
  }
}

/// Mark and index price in 1e-8, and the funding of the running interval (rate in 1e-8: 10,000 is 1 bp).
public struct MarkQuote: Equatable, Sendable {
  public var timeMillis: Int64
  public var markE8: Int64
  public var indexE8: Int64
  public var settleE8: Int64
  public var fundingRateE8: Int64
  public var nextFundingMillis: Int64

  public init(
    timeMillis: Int64, markE8: Int64, indexE8: Int64, settleE8: Int64, fundingRateE8: Int64, nextFundingMillis: Int64
  ) {
    self.timeMillis = timeMillis
    self.markE8 = markE8
    self.indexE8 = indexE8
    self.settleE8 = settleE8
    self.fundingRateE8 = fundingRateE8
    self.nextFundingMillis = nextFundingMillis
  }
}
