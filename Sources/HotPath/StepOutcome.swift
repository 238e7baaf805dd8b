/// Whether a step is finished.
public enum StepOutcome: Sendable, BitwiseCopyable {
  case done
  /// The outbox is full: drain it and call `step` again with the same record and now.
  case more
}
