import Domain

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
