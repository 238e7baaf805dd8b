/// The 15 s grid of one symbol: slope and acceleration of its 30 min CVD.
struct FlowGrid: BitwiseCopyable {
  static var stepMillis: Int64 { 15_000 }

  /// The next grid point to pass; `.max` before the first trade.
  private(set) var nextMillis: Int64 = .max
  private var passed = 0
  private var cvd: Int128 = 0
  private(set) var slope: Int128 = 0
  /// Units of 1e-8; meaningful once `hasAcceleration`, from the third grid point on.
  private(set) var acceleration: Int128 = 0

  @_noAllocation @_noLocks
  init() {}

  var hasAcceleration: Bool {
    @_noAllocation @_noLocks
    get { passed >= 3 }
  }

  /// The first grid point is the first multiple of 15 s after the symbol's first trade.
  @_noAllocation @_noLocks
  mutating func start(firstTradeMillis: Int64) {
    nextMillis = firstTradeMillis &- firstTradeMillis % Self.stepMillis &+ Self.stepMillis
  }

  /// Passes `nextMillis`, at which the windows stand.
  @_noAllocation @_noLocks
  mutating func pass(cvd: Int128) {
    let slope = cvd &- self.cvd
    if passed >= 2 { acceleration = slope &- self.slope }
    self.slope = slope
    self.cvd = cvd
    if passed < 3 { passed &+= 1 }
    nextMillis &+= Self.stepMillis
  }
}
