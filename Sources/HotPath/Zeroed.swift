/// Elements to pop into.
public enum Zeroed {
  public static var signal: FiredSignal { FiredSignal(evaluation: Evaluation(), id: SignalId(), reason: .none) }
  public static var paper: PaperEvent { PaperEvent(kind: .entered, position: PaperPosition()) }
  public static var gap: GapEvent { GapEvent(kind: .wanted, symbol: 0, fromId: 0, throughId: 0) }
}
