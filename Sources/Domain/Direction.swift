/// Direction a strategy scores or holds. The raw value multiplies prices and sums: `d` in the scoring table.
public enum Direction: Int8, Sendable, BitwiseCopyable, CaseIterable {
  case long = 1
  case short = -1

  /// `long` or `short`, as files and identifiers spell it.
  public var name: String { self == .long ? "long" : "short" }

  /// 0 for long, 1 for short: an index into tables kept per direction.
  public var index: Int { self == .long ? 0 : 1 }

  /// +1 or -1 as a double.
  public var sign: Double { Double(rawValue) }
}
