/// Whether a symbol's windows follow the live stream.
public enum FeedPhase: UInt8, Sendable, BitwiseCopyable {
  /// Live trades go into the windows as they come.
  case flowing = 0
  /// History is being fetched; live trades are held.
  case backfilling
  /// A hole in the ids is being fetched; live trades are held.
  case gap
  /// The live stream was interrupted: until the symbol's next trade, or REST, tells whether any were missed, its clock
  /// stands.
  case awaiting

  var isFlowing: Bool {
    @_noAllocation @_noLocks
    get { if case .flowing = self { true } else { false } }
  }

  var isBackfilling: Bool {
    @_noAllocation @_noLocks
    get { if case .backfilling = self { true } else { false } }
  }

  var isGap: Bool {
    @_noAllocation @_noLocks
    get { if case .gap = self { true } else { false } }
  }

  var isAwaiting: Bool {
    @_noAllocation @_noLocks
    get { if case .awaiting = self { true } else { false } }
  }
}
