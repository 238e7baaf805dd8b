/// Why a position ended.
public enum ExitReason: UInt8, Sendable, BitwiseCopyable {
  case open = 0
  case stop
  /// The stop after TP1 moved it to the entry price.
  case breakeven
  case takeProfit2
  case timeout
  /// The venue stopped trading the symbol: at the last price. Live only.
  case delisted

  /// As files tell it.
  public var name: String {
    switch self {
    case .open: "open"
    case .stop: "stop"
    case .breakeven: "breakeven"
    case .takeProfit2: "tp2"
    case .timeout: "timeout"
    case .delisted: "delisted"
    }
  }
}
