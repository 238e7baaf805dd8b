/// Reads recordings, line by line, into what a `PlayedMarket` plays. Who owns the files unpacks them.
public struct RecordingReader {
  /// A line that is neither capture nor CSV.
  public struct Malformed: Error, Equatable {
    public let line: String
  }

  /// One symbol's events in the order read; quotes and marks only in captures.
  public struct Track: Sendable {
    public let symbol: String
    public var trades: [AggTrade] = []
    public var quotes: [BookQuote] = []
    public var marks: [MarkQuote] = []
    var aggregator = CaptureAggregator()
    /// Decimals the prices and quantities need.
    var priceDigits = 0
    var quantityDigits = 0

    init(symbol: String) {
      self.symbol = symbol
    }
  }

  private var tracks: [Track] = []

  public init() {}

  /// Takes a line, without its newline. `symbol` is the one of a CSV's trades; a capture names its own.
  public mutating func add(_ line: ArraySlice<UInt8>, symbol: String?) throws(Malformed) {
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.isEmpty else { return }
    if line.last == UInt8(ascii: "}") {
      try addCapture(CaptureLine(line))
      return
    }
    let text = String(decoding: line, as: UTF8.self)
    do throws(ArchiveCSV.Malformed) {
      guard let trade = try ArchiveCSV.trade(text) else { return }
      guard let symbol else { throw ArchiveCSV.Malformed(line: "a CSV names no symbol: " + text) }
      append(trade, to: index(symbol))
    } catch {
      throw Malformed(line: String(error.line.prefix(120)))
    }
  }

  private mutating func addCapture(_ line: CaptureLine) throws(Malformed) {
    switch line {
    case .trade(let symbol, let raw):
      let index = index(symbol)
      if let trade = tracks[index].aggregator.add(raw) { append(trade, to: index) }
    case .quote(let symbol, let quote): tracks[index(symbol)].quotes.append(quote)
    case .mark(let symbol, let mark): tracks[index(symbol)].marks.append(mark)
    case .ignored: break
    }
  }

  /// The tracks that have trades: by id, each id once, times never backwards.
  public mutating func finish() -> [Track] {
    for index in tracks.indices {
      if let trade = tracks[index].aggregator.finish() { append(trade, to: index) }
      tracks[index].trades = Self.inOrder(tracks[index].trades)
    }
    return tracks.filter { !$0.trades.isEmpty }
  }

  private static func inOrder(_ trades: [AggTrade]) -> [AggTrade] {
    var result: [AggTrade] = []
    result.reserveCapacity(trades.count)
    for var trade in trades.sorted(by: { $0.id < $1.id }) {
      if let last = result.last {
        guard trade.id > last.id else { continue }
        trade.timeMillis = max(trade.timeMillis, last.timeMillis)
      }
      result.append(trade)
    }
    return result
  }

  private mutating func append(_ trade: AggTrade, to index: Int) {
    tracks[index].trades.append(trade)
    tracks[index].priceDigits = max(tracks[index].priceDigits, Decimal8.digits(trade.priceE8))
    tracks[index].quantityDigits = max(tracks[index].quantityDigits, Decimal8.digits(trade.quantityE8))
  }

  private mutating func index(_ symbol: String) -> Int {
    if let known = tracks.firstIndex(where: { $0.symbol == symbol }) { return known }
    tracks.append(Track(symbol: symbol))
    return tracks.count - 1
  }
}
