/// What a record on an input ring is. Raw values go to disk: append, never renumber.
public enum EventKind: UInt16, Sendable, BitwiseCopyable {
  /// An aggTrade from the live stream.
  case trade = 1
  /// An aggTrade from REST or a file, ahead of the live stream in id order.
  case historyTrade = 2
  /// The clock: `time_ms` is now.
  case tick = 3
  /// A market indicator; `flags` is its `IndicatorType`.
  case indicator = 4
  /// A liquidation order; flag bit 0 set means SELL.
  case liquidation = 5
  /// An operator's command; `id` is a `Command`.
  case command = 6
  /// Nothing earlier will come from REST or files for this symbol: the live stream takes over.
  case historyEnd = 7
}

/// Bits of a trade's or liquidation's `flags`.
public enum RecordFlags {
  /// The buyer is the maker, so the aggressor sold. On a liquidation: a SELL order.
  @inlinable public static var sell: UInt16 { 1 }
}

/// What an operator can tell a running engine.
public enum Command: Int64, Sendable {
  case pauseEntries = 1
  case resumeEntries = 2
}
