/// One weighed signal and its constants, in the order its description lists them.
struct SignalSetting: BitwiseCopyable {
  var kind: SignalKind
  /// `kind.rawValue`, kept because a synthesised raw value is a call the lock check cannot see through.
  var kindIndex: Int
  /// See `SignalCatalog.isOfBook`.
  var isOfBook: Bool
  /// In the table's order among the strategy's signals.
  var place = 0
  var weight: Double
  /// A vector, so that a copy is a load or two.
  var parameters: SIMD8<Double>

  init(kind: SignalKind, weight: Double, parameters: [Double]) {
    precondition(parameters.count <= 8, "a signal has at most 8 constants")
    self.kind = kind
    kindIndex = Int(kind.rawValue)
    isOfBook = SignalCatalog.isOfBook(kind)
    self.weight = weight
    self.parameters = SIMD8(repeating: 0)
    for (index, value) in parameters.enumerated() { self.parameters[index] = value }
  }
}
