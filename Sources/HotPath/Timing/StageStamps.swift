/// What the engine notes of time within a step that is timed in full.
///
/// Written, never read, by `step`: a decision does not depend on them, and a replay never arms them.
public struct StageStamps: BitwiseCopyable, Sendable {
  public internal(set) var isArmed = false
  /// Windows updated; 0: the trade was held, dropped or repeated.
  public internal(set) var windowsNanos: UInt64 = 0
  /// Strategies scored; 0 on the 15 s grid, where a trade by itself is not scored.
  public internal(set) var scoredNanos: UInt64 = 0

  @_noAllocation @_noLocks
  init() {}

  @_noAllocation @_noLocks
  mutating func arm() {
    isArmed = true
    windowsNanos = 0
    scoredNanos = 0
  }
}
