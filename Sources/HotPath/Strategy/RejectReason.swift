/// Why a signal was not taken.
public enum RejectReason: UInt8, Sendable, BitwiseCopyable {
  case none = 0
  /// The size rounds down to nothing, or there is no distance to size by: ATR is 0.
  case belowLot
  /// The stop is so close that the size leaves Int64: ATR is next to nothing.
  case beyondInt64
  /// Worth less than the venue takes.
  case belowMinimumNotional
  /// The round trip would cost more than the strategy's `max_cost_r`.
  case costInR
  /// An operator paused entries.
  case entriesPaused
  /// The venue's clock is not known.
  case clockDoubted

  /// As files tell it; empty when accepted.
  public var text: String {
    switch self {
    case .none: ""
    case .belowLot: "quantity below the lot"
    case .beyondInt64: "quantity beyond Int64"
    case .belowMinimumNotional: "below the minimum notional"
    case .costInR: "cost in R"
    case .entriesPaused: "entries paused"
    case .clockDoubted: "clock in doubt"
    }
  }
}
