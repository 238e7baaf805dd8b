/// The trades of one symbol that the venue still serves, oldest first.
///
/// Chunks rather than one array: eviction frees a chunk instead of moving days of trades, and growth never copies
/// them. Ids rise but a played recording may skip some, so a search is a bisection and not a subtraction.
public struct TradeTape {
  private static let chunkCapacity = 4096
  private var chunks: [ContiguousArray<AggTrade>] = []
  /// How many trades it holds.
  public private(set) var count = 0
  /// Trades after which the oldest chunk is dropped, whatever its age.
  private let maxCount: Int

  public init(maxCount: Int = .max) {
    self.maxCount = max(Self.chunkCapacity, maxCount)
  }

  public var first: AggTrade? { chunks.first?.first }
  public var last: AggTrade? { chunks.last?.last }

  /// Adds a trade: its id above the last one's, its time not before it.
  public mutating func append(_ trade: AggTrade) {
    if let last {
      precondition(trade.id > last.id && trade.timeMillis >= last.timeMillis, "a tape runs forward")
    }
    if chunks.last.map({ $0.count == Self.chunkCapacity }) ?? true {
      var chunk = ContiguousArray<AggTrade>()
      chunk.reserveCapacity(Self.chunkCapacity)
      chunks.append(chunk)
      if count >= maxCount { dropFirstChunk() }
    }
    chunks[chunks.count - 1].append(trade)
    count += 1
  }

  /// Drops whole chunks whose trades are all older than `timeMillis`.
  public mutating func evict(before timeMillis: Int64) {
    while chunks.count > 1, let newest = chunks[0].last, newest.timeMillis < timeMillis { dropFirstChunk() }
  }

  private mutating func dropFirstChunk() {
    count -= chunks[0].count
    chunks.removeFirst()
  }

  /// The trade at a position counted from the oldest.
  public subscript(position: Int) -> AggTrade {
    // Every chunk but the last is full, and only whole chunks leave: the position alone gives the place.
    chunks[position / Self.chunkCapacity][position % Self.chunkCapacity]
  }

  /// The first position whose id is >= `id`; `count` when there is none.
  public func position(ofID id: Int64) -> Int {
    bisect { self[$0].id < id }
  }

  /// The first position whose time is >= `timeMillis`; `count` when there is none.
  public func position(ofTime timeMillis: Int64) -> Int {
    bisect { self[$0].timeMillis < timeMillis }
  }

  private func bisect(_ isBefore: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
