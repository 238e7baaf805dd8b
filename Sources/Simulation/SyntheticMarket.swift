/// A seeded market of any number of symbols, its history included: one process that runs from the first trade of the
/// history into the live ones, with consecutive ids. The same settings give the same events, byte for byte.
public struct SyntheticMarket: Market {
  /// What makes one market.
  public struct Settings: Sendable {
    public var seed: UInt64 = 1
    /// The end of the history and the start of what is live, ms since the epoch.
    public var startMillis: Int64
    public var historyMillis: Int64 = 86_400_000
    /// Trades a second and symbol, on average, before the start.
    public var historyRate = 3.0
    /// The same after the start.
    public var liveRate = 3.0
    /// Whether live prices swing by several ATRs of the calm history in tens of seconds.
    public var isLively = false
    /// How many times faster than its stamps the live market runs.
    public var speed = 1.0
    /// After the start one symbol after the other has this many trades within 100 ms; 0 has no bursts.
    public var burstTrades = 0
    /// From one burst to the next, of whichever symbol; 100 ms at least.
    public var burstEveryMillis: Int64 = 1_000

    public init(startMillis: Int64) {
      self.startMillis = startMillis
    }
  }

  public let instruments: [Instrument]
  private let settings: Settings
  private var processes: [SyntheticProcess]
  /// Symbol indices as a binary heap by the time of their next trade.
  private var heap: [Int]

  /// A market whose symbols are drawn independently of one another.
  public init(instruments: [Instrument], settings: Settings) {
    precondition(!instruments.isEmpty, "a market has a symbol")
    precondition(settings.historyRate > 0 && settings.liveRate > 0 && settings.speed > 0, "rates are positive")
    precondition(settings.burstTrades >= 0 && settings.burstEveryMillis >= 100, "bursts follow one another")
    self.instruments = instruments
    self.settings = settings
    processes = instruments.enumerated().map { index, instrument in
      SyntheticProcess(
        instrument: instrument, stream: UInt64(index) &+ 1, settings: settings,
        bursts: BurstSchedule(settings, symbol: index, of: instruments.count))
    }
    heap = Array(instruments.indices)
    for root in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(from: root) }
  }

  /// +1 or -1: the way each symbol's flow leans around the start.
  public var openingDirections: [Double] { processes.map(\.openingDirection) }

  public mutating func next(through limitMillis: Int64) -> MarketEvent? {
    let symbol = heap[0]
    let stamp = stampMillis(processes[symbol].nextMillis)
    guard stamp <= limitMillis else { return nil }
    let trade = processes[symbol].take(stampedMillis: stamp)
    siftDown(from: 0)
    return .trade(symbol: symbol, trade)
  }

  /// Process time after the start runs `speed` times as fast as the stamps.
  private func stampMillis(_ processMillis: Double) -> Int64 {
    let start = Double(settings.startMillis)
    guard processMillis > start, settings.speed != 1 else { return Int64(processMillis) }
    return Int64(start + (processMillis - start) / settings.speed)
  }

  private func isEarlier(_ left: Int, _ right: Int) -> Bool {
    let leftTime = processes[left].nextMillis
    let rightTime = processes[right].nextMillis
    return leftTime == rightTime ? left < right : leftTime < rightTime
  }

  private mutating func siftDown(from root: Int) {
    var parent = root
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < heap.count, isEarlier(heap[left], heap[least]) { least = left }
      if left + 1 < heap.count, isEarlier(heap[left + 1], heap[least]) { least = left + 1 }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
