/// The signals there are, in the order of the scoring table, which is also the order of summation.
///
/// A new signal is a file in Signals/ and its line in each of the three lists here. Values go to disk: append.
public enum SignalKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case cvd = 0
  case accel
  case p99
  case atrVwap
  case longShortRatio
  case openInterest
  case coinbasePremium
  case fundingRate
  case liquidation
}

public enum SignalCatalog {
  /// By `SignalKind.rawValue`.
  public static let all: [SignalDescription] = [
    CvdSignal.description, AccelSignal.description, P99Signal.description, AtrVwapSignal.description,
    LongShortRatioSignal.description, OpenInterestSignal.description, CoinbasePremiumSignal.description,
    FundingRateSignal.description, LiquidationSignal.description,
  ]

  public static func kind(named name: String) -> SignalKind? {
    all.firstIndex { $0.name == name }.flatMap { SignalKind(rawValue: UInt8($0)) }
  }

  /// One signal's value for the direction of `input`. A switch and not a table of functions: the compiler's lock check
  /// rejects stored functions, and a switch inlines.
  @_noAllocation @_noLocks
  static func value(
    _ signal: borrowing SignalSetting, _ input: borrowing ScoreInput, _ book: inout IndicatorBook,
    _ cache: inout LiquidationCache
  ) -> SignalValue {
    switch signal.kind {
    case .cvd: CvdSignal.value(input, signal)
    case .accel: AccelSignal.value(input)
    case .p99: P99Signal.value(input, signal)
    case .atrVwap: AtrVwapSignal.value(input, signal)
    case .longShortRatio: LongShortRatioSignal.value(input, signal, &book)
    case .openInterest: OpenInterestSignal.value(input, signal, &book)
    case .coinbasePremium: CoinbasePremiumSignal.value(input, signal, &book)
    case .fundingRate: FundingRateSignal.value(input, signal, &book)
    case .liquidation: LiquidationSignal.value(input, signal, &book, &cache)
    }
  }
}
