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
  /// The answer to a request for history is over: nothing earlier will come, the live stream takes over. `first_id` is
  /// the `HistoryRequest` answered; `RecordFlags.gaveUp`: it could not be.
  case historyEnd
  /// The symbols `symbol..<first_id` lost their live stream, which was last heard at `time_ms`.
  case feedDown
  /// Whatever was published before `time_ms` for the symbols `symbol..<first_id` is on this ring already.
  case feedHeard
  /// History of a symbol comes anew from its beginning: windows, candles and grid forget.
  case historyReset
  /// A part of an instrument that is listed while the engine runs; see `ListingRecords`.
  case instrument
  /// The venue trades a symbol no longer: no entries, and what is open ends at the last price.
  case delisted

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
    case .feedDown: 8
    case .feedHeard: 9
    case .historyReset: 10
    case .instrument: 11
    case .delisted: 12
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
    case 8: self = .feedDown
    case 9: self = .feedHeard
    case 10: self = .historyReset
    case 11: self = .instrument
    case 12: self = .delisted
    default: return nil
    }
  }
}

/// Bits of a trade's or liquidation's `flags`.
public enum RecordFlags {
  /// The buyer is the maker, so the aggressor sold. On a liquidation: a SELL order.
  @inlinable public static var sell: UInt16 { 1 }
  /// A live trade that came while two connections carried its stream: that it comes twice is meant so.
  @inlinable public static var overlap: UInt16 { 2 }
  /// On a `.historyEnd`: the request could not be answered.
  @inlinable public static var gaveUp: UInt16 { 4 }
  /// On a `.historyEnd` of a past: the windows reach back further than what was told, and so does the venue.
  @inlinable public static var partial: UInt16 { 8 }
}

/// What history was asked for. Raw values go to disk: append, never renumber.
@frozen
public enum HistoryRequest: RawRepresentable, Sendable, BitwiseCopyable {
  /// A symbol's past, from the beginning of its windows.
  case past
  /// Ids that the live stream skipped.
  case gap
  /// Whether anything came after the last id: the stream was silent.
  case check
  /// One trade that came with two contents.
  case verify

  @inlinable
  public var rawValue: Int64 {
    switch self {
    case .past: 0
    case .gap: 1
    case .check: 2
    case .verify: 3
    }
  }

  @inlinable
  public init?(rawValue: Int64) {
    switch rawValue {
    case 0: self = .past
    case 1: self = .gap
    case 2: self = .check
    case 3: self = .verify
    default: return nil
    }
  }
}

/// What an operator, or whoever watches the venue, can tell a running engine. Raw values go to disk: append, never renumber.
@frozen
public enum Command: RawRepresentable, Sendable, BitwiseCopyable {
  case pauseEntries
  case resumeEntries
  /// The venue's clock is not where it was: no entries until it is known where it is.
  case clockDoubted
  case clockTrusted
  /// The engine's clock is set elsewhere: with this event `now` is `first_id` ms later than it would be, or earlier.
  case clockMoved

  @inlinable
  public var rawValue: Int64 {
    switch self {
    case .pauseEntries: 1
    case .resumeEntries: 2
    case .clockDoubted: 3
    case .clockTrusted: 4
    case .clockMoved: 5
    }
  }

  @inlinable
  public init?(rawValue: Int64) {
    switch rawValue {
    case 1: self = .pauseEntries
    case 2: self = .resumeEntries
    case 3: self = .clockDoubted
    case 4: self = .clockTrusted
    case 5: self = .clockMoved
    default: return nil
    }
  }
}
