/// What a record on an input ring is. Raw values go to disk: append, never renumber.
///
/// The conformance is written out because a synthesised `rawValue` is not inlinable, and the hot path may call nothing
/// from another module that it cannot see through.
@frozen
public enum EventKind: RawRepresentable, Sendable, BitwiseCopyable {
  /// An aggTrade from the live stream.
  case trade
  /// An aggTrade from REST or a file, ahead of the live stream in id order.
  case historyTrade
  /// The clock: `time_ms` is now.
  case tick
  /// A market indicator; `flags` is its `IndicatorType`, `id` its known_ms, `price_e8` the bits of a double.
  case indicator
  /// A liquidation order; `RecordFlags.sell` tells its side, `id` its known_ms.
  case liquidation
  /// An operator's command; `id` is a `Command`.
  case command
  /// Nothing earlier will come from REST or files for this symbol: the live stream takes over.
  case historyEnd

  @inlinable
  public var rawValue: UInt16 {
    switch self {
    case .trade: 1
    case .historyTrade: 2
    case .tick: 3
    case .indicator: 4
    case .liquidation: 5
    case .command: 6
    case .historyEnd: 7
    }
  }

  @inlinable
  public init?(rawValue: UInt16) {
    switch rawValue {
    case 1: self = .trade
    case 2: self = .historyTrade
    case 3: self = .tick
    case 4: self = .indicator
    case 5: self = .liquidation
    case 6: self = .command
    case 7: self = .historyEnd
    default: return nil
    }
  }
}

/// Bits of a trade's or liquidation's `flags`.
public enum RecordFlags {
  /// The buyer is the maker, so the aggressor sold. On a liquidation: a SELL order.
  @inlinable public static var sell: UInt16 { 1 }
}

/// What an operator can tell a running engine. Raw values go to disk: append, never renumber.
@frozen
public enum Command: RawRepresentable, Sendable, BitwiseCopyable {
  case pauseEntries
  case resumeEntries

  @inlinable
  public var rawValue: Int64 {
    switch self {
    case .pauseEntries: 1
    case .resumeEntries: 2
    }
  }

  @inlinable
  public init?(rawValue: Int64) {
    switch rawValue {
    case 1: self = .pauseEntries
    case 2: self = .resumeEntries
    default: return nil
    }
  }
}
