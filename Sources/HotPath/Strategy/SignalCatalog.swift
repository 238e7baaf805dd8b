/// The signals there are, in the order of the scoring table, which is also the order of summation.
///
/// A new signal is a file in Signals/ and its line in each of the five lists here. Values go to disk: append.
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

  /// Whether a signal looks at nothing but the direction and the book: its value then stands until the book says
  /// otherwise, and is not computed for every trade.
  static func isOfBook(_ kind: SignalKind) -> Bool {
    switch kind {
    case .cvd, .accel, .p99, .atrVwap: false
    case .longShortRatio, .openInterest, .coinbasePremium, .fundingRate, .liquidation: true
    }
  }

  /// How many signals that look at trades lead the table. A new one comes last and is not among them.
  static var leadingCount: Int {
    @_noAllocation @_noLocks
    get { 4 }
  }

  /// What the leading signals weigh together, in the table's order; `settings` are theirs by kind, of weight 0 where a
  /// strategy does not weigh one. Straight through: a switch in a loop is a table of jumps for each (ARCHITECTURE has the
  /// figures).
  @_noAllocation @_noLocks
  @inline(__always)
  static func leadingSum(_ settings: UnsafePointer<SignalSetting>, _ input: borrowing ScoreInput) -> Double {
    // SAFETY: `leadingCount` settings, each put at its kind's place by `StrategySetting`.
    var sum = unsafe settings[0].weight * CvdSignal.value(input, settings[0]).value
    sum += unsafe settings[1].weight * AccelSignal.value(input).value
    sum += unsafe settings[2].weight * P99Signal.value(input, settings[2]).value
    sum += unsafe settings[3].weight * AtrVwapSignal.value(input, settings[3]).value
    return sum
  }

  /// One signal's value for the direction of `input`. A switch and not a table of functions: the compiler's lock check
  /// rejects stored functions, and a switch inlines.
  @_noAllocation @_noLocks
  @inline(__always)
  static func value(
    _ signal: borrowing SignalSetting, _ input: borrowing ScoreInput, _ book: inout IndicatorBook,
    _ cache: inout LiquidationCache
  ) -> SignalValue {
    switch signal.kind {
    case .cvd, .accel, .p99, .atrVwap: SignalValue(tradeValue(signal, input))
    case .longShortRatio: LongShortRatioSignal.value(input, signal, &book)
    case .openInterest: OpenInterestSignal.value(input, signal, &book)
    case .coinbasePremium: CoinbasePremiumSignal.value(input, signal, &book)
    case .fundingRate: FundingRateSignal.value(input, signal, &book)
    case .liquidation: LiquidationSignal.value(input, signal, &book, &cache)
    }
  }

  /// The same for the signals that look at trades, which are never missing; 0 for the others.
  @_noAllocation @_noLocks
  @inline(__always)
  static func tradeValue(_ signal: borrowing SignalSetting, _ input: borrowing ScoreInput) -> Double {
    switch signal.kind {
    case .cvd: CvdSignal.value(input, signal).value
    case .accel: AccelSignal.value(input).value
    case .p99: P99Signal.value(input, signal).value
    case .atrVwap: AtrVwapSignal.value(input, signal).value
    case .longShortRatio, .openInterest, .coinbasePremium, .fundingRate, .liquidation: 0
    }
  }
}
