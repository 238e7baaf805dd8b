/// What is run between the marks.
protocol ProbeStage: AnyObject {
  /// Whether a run without a signal proves too little.
  var signalsExpected: Bool { get }
  /// Before the first mark.
  func warmUp()
  /// Between the marks: no allocation, no syscall.
  func run()
  /// After the second mark.
  func finish() -> ProbeOutcome
}

/// What came of the trades between the marks.
struct ProbeOutcome {
  var trades = 0
  var signals: Int64 = 0
  /// Changes of paper positions.
  var paper: Int64 = 0
  /// Of all that was computed, so that none of it can be left out; the same for the same market.
  var checksum: UInt64 = 0

  mutating func mix(_ value: Int64) { checksum = (checksum ^ UInt64(bitPattern: value)) &* 0x100_0000_01B3 }
}
