import Domain

/// When strategies are evaluated.
public enum EvaluationTiming: Sendable {
  /// After every trade: the live default.
  case everyTrade
  /// At each point of the 15 s grid, over the trades up to it.
  case everyGridPoint
}

/// Which evaluations leave the engine as rows.
public enum EvaluationOutput: Sendable {
  case none
  /// Those at grid points; a fired signal always carries its own.
  case gridPoints
  /// All that `EvaluationTiming` makes.
  case all
}

/// What a jump in aggTrade ids does.
public enum GapPolicy: Sendable {
  /// Counted, told and passed over: a replay cannot fill it.
  case report
  /// The windows wait while live trades are held, until history fills the hole or ten minutes have passed.
  case hold
}

/// Everything an engine is made from. Memory follows from it and is reserved once.
public struct EngineConfig: Sendable {
  public var symbols: SymbolTable
  /// By symbol index; steps of 1e-8 where the venue's are unknown.
  public var instruments: [Instrument]
  public var strategies: [StrategyConfig]
  public var paper: PaperConfig
  public var timing: EvaluationTiming
  public var output: EvaluationOutput
  public var gapPolicy: GapPolicy
  public var limits: EngineLimits

  public init(
    symbols: SymbolTable, instruments: [Instrument]? = nil, strategies: [StrategyConfig], paper: PaperConfig = .init(),
    timing: EvaluationTiming = .everyTrade, output: EvaluationOutput = .gridPoints, gapPolicy: GapPolicy = .hold,
    limits: EngineLimits = .init()
  ) {
    self.symbols = symbols
    self.instruments = instruments ?? symbols.names.map { Instrument(symbol: $0) }
    self.strategies = strategies
    self.paper = paper
    self.timing = timing
    self.output = output
    self.gapPolicy = gapPolicy
    self.limits = limits
  }
}

/// Named bounds; what they reserve is address space, touched as it is used.
public struct EngineLimits: Sendable {
  /// Trades of 24 h over all symbols: 24 bytes each.
  public var trades = 128 << 20
  /// Live trades of one symbol held while history or a gap is filled: 64 bytes each. A power of two.
  public var heldTrades = 1 << 15
  /// Indicators of one symbol published but not yet known at its event time, and entries of each tape. A power of two.
  public var indicators = 1 << 12
  /// Symbols that there is room for; more than the configuration's leave room for what is listed later.
  public var symbolRoom = 0

  public init() {}

  /// Symbols in one engine, strategies in one engine, bytes of a name.
  public static let symbolsMax = 1024
  public static let strategiesMax = 8
  public static var nameBytesMax: Int {
    @_noAllocation @_noLocks
    get { 96 }
  }
}
