/// Market indicators besides trades and liquidations. Raw values go to disk: append, never renumber.
public enum IndicatorType: UInt16, Sendable, BitwiseCopyable, CaseIterable {
  case longShortRatio = 0
  case topTraderPosition = 1
  case openInterestHist = 2
  case coinbasePremium = 3
  case fundingRate = 4

  /// The name in files and tables.
  public var name: String {
    switch self {
    case .longShortRatio: "long_short_ratio"
    case .topTraderPosition: "top_trader_position"
    case .openInterestHist: "open_interest_hist"
    case .coinbasePremium: "coinbase_premium"
    case .fundingRate: "funding_rate"
    }
  }

  public init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }
}
