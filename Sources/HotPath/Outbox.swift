import Memory

/// What one step of the engine wants told or done, in preallocated room. Drained by whoever called `step`.
public struct Outbox: Sendable {
  private let evaluations: Slab<Evaluation>
  private let signals: Slab<FiredSignal>
  private let paper: Slab<PaperEvent>
  private let gaps: Slab<GapEvent>
  private let counts: Slab<Int>

  private enum Kind {
    static var evaluations: Int { 0 }
    static var signals: Int { 1 }
    static var paper: Int { 2 }
    static var gaps: Int { 3 }
    /// All of them: nearly always nothing has been told, which one look then says.
    static var total: Int { 4 }
  }

  public init() {
    evaluations = Slab(zeroed: 1024)
    signals = Slab(zeroed: 256)
    paper = Slab(zeroed: 256)
    gaps = Slab(zeroed: 64)
    counts = Slab(zeroed: 5)
  }

  public var evaluationCount: Int {
    @_noAllocation @_noLocks
    get { counts[Kind.evaluations] }
  }
  public var signalCount: Int {
    @_noAllocation @_noLocks
    get { counts[Kind.signals] }
  }
  public var paperCount: Int {
    @_noAllocation @_noLocks
    get { counts[Kind.paper] }
  }
  public var gapCount: Int {
    @_noAllocation @_noLocks
    get { counts[Kind.gaps] }
  }
  public var isEmpty: Bool {
    @_noAllocation @_noLocks
    get { counts[Kind.total] == 0 }
  }

  @_noAllocation @_noLocks
  public func evaluation(_ index: Int) -> Evaluation { evaluations[index] }
  @_noAllocation @_noLocks
  public func signal(_ index: Int) -> FiredSignal { signals[index] }
  @_noAllocation @_noLocks
  public func paperEvent(_ index: Int) -> PaperEvent { paper[index] }
  @_noAllocation @_noLocks
  public func gap(_ index: Int) -> GapEvent { gaps[index] }

  @_noAllocation @_noLocks
  public func clear() {
    counts[Kind.evaluations] = 0
    counts[Kind.signals] = 0
    counts[Kind.paper] = 0
    counts[Kind.gaps] = 0
    counts[Kind.total] = 0
  }

  public func deallocate() {
    evaluations.deallocate()
    signals.deallocate()
    paper.deallocate()
    gaps.deallocate()
    counts.deallocate()
  }

  /// Room for everything one grid point and one trade can produce. An empty outbox has it: that is what its size is for.
  @_noAllocation @_noLocks
  @inline(__always)
  func hasRoom(strategies: Int) -> Bool { counts[Kind.total] == 0 ? true : hasRoomLeft(strategies) }

  @_noAllocation @_noLocks
  @inline(never)
  private func hasRoomLeft(_ strategies: Int) -> Bool {
    if counts[0] &+ 2 &* strategies > evaluations.count { return false }
    if counts[1] &+ 2 &* strategies > signals.count { return false }
    if counts[2] &+ 4 &* strategies > paper.count { return false }
    return counts[3] &+ 2 <= gaps.count
  }

  @_noAllocation @_noLocks
  func append(_ evaluation: borrowing Evaluation) {
    evaluations[counts[0]] = copy evaluation
    counts[0] &+= 1
    counts[Kind.total] &+= 1
  }

  @_noAllocation @_noLocks
  func append(_ signal: borrowing FiredSignal) {
    signals[counts[1]] = copy signal
    counts[1] &+= 1
    counts[Kind.total] &+= 1
  }

  @_noAllocation @_noLocks
  func append(_ event: borrowing PaperEvent) {
    paper[counts[2]] = copy event
    counts[2] &+= 1
    counts[Kind.total] &+= 1
  }

  @_noAllocation @_noLocks
  func append(_ gap: borrowing GapEvent) {
    gaps[counts[3]] = copy gap
    counts[3] &+= 1
    counts[Kind.total] &+= 1
  }
}
