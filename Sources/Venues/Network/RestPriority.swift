/// Who may still call when request weight runs short: the first have the whole of it, the others leave some to those
/// before them.
public enum RestPriority: Int, Sendable, CaseIterable, Comparable {
  /// Getting out of a position.
  case exits
  /// What the venue holds of ours, after an outcome that is not known.
  case reconciliation
  /// Trades that the live stream skipped.
  case gaps
  /// The windows' past.
  case history
  /// Polled market indicators.
  case indicators

  /// Per cent of the weight that is left for those before.
  var reservePercent: Int {
    switch self {
    case .exits: 0
    case .reconciliation: 1
    case .gaps: 4
    case .history: 15
    case .indicators: 20
    }
  }

  /// The first two have a connection of their own: none of the others' pages is waited for.
  var isUrgent: Bool { self <= .reconciliation }

  public static func < (left: RestPriority, right: RestPriority) -> Bool { left.rawValue < right.rawValue }
}
