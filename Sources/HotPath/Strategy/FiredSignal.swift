import Domain

/// Why a signal was not taken.
public enum RejectReason: UInt8, Sendable, BitwiseCopyable {
  case none = 0
  /// The size rounds down to nothing: ATR is 0, or the risk is smaller than a lot's.
  case belowLot
  /// The round trip would cost more than the strategy's `max_cost_r`.
  case costInR
  /// An operator paused entries.
  case entriesPaused

  /// As files tell it; empty when accepted.
  public var text: String {
    switch self {
    case .none: ""
    case .belowLot: "quantity below the lot"
    case .costInR: "cost in R"
    case .entriesPaused: "entries paused"
    }
  }
}

/// A signal that fired, accepted or not.
public struct FiredSignal: BitwiseCopyable, Sendable {
  /// The evaluation it fired at, parts and missing included.
  public var evaluation: Evaluation
  public var id: SignalId
  public var reason: RejectReason

  public var isAccepted: Bool { reason == .none }

  @_noAllocation @_noLocks
  init(evaluation: Evaluation, id: SignalId, reason: RejectReason) {
    self.evaluation = evaluation
    self.id = id
    self.reason = reason
  }
}
