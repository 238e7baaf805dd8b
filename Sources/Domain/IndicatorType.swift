/// Market indicators besides trades and liquidations. Raw values go to disk: append, never renumber.
///
/// Written out for the same reason as `EventKind`.
@frozen
public enum IndicatorType: RawRepresentable, Sendable, BitwiseCopyable, CaseIterable {
  case longShortRatio
  case topTraderPosition
  case openInterestHist
  case coinbasePremium
  case fundingRate

  @inlinable
  public var rawValue: UInt16 {
    switch self {
    case .longShortRatio: 0
    case .topTraderPosition: 1
    case .openInterestHist: 2
    case .coinbasePremium: 3
    case .fundingRate: 4
    }
  }

  @inlinable
  public init?(rawValue: UInt16) {
    guard rawValue < Self.allCases.count else { return nil }
    self = Self.allCases[Int(rawValue)]
  }

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
