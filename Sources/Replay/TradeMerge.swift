import CRecords
import Domain
import HotPath

/// One symbol and its files, in the order they are to be applied.
public struct TradeInput: Sendable {
  public var symbol: String
  public var paths: [String]

  public init(symbol: String, paths: [String]) {
    self.symbol = symbol
    self.paths = paths
  }
}

/// The trades of several symbols as one stream, ordered by (T, symbol, id).
///
/// Each symbol's files follow one another; ids, not places, decide what is a repetition, and that is the engine's
/// business. The smallest head is found by a walk over all symbols: with the handful that replays have, cheaper than a
/// heap.
final class TradeMerge {
  private struct Lane {
    let name: String
    let symbol: UInt32
    var files: [String]
    var file: TradeFile?
    var head = apus_record()
    var hasHead = false
    /// T runs backwards now and then; a lane's place in the merge is the largest so far.
    var timeMillis: Int64 = .min
    var doneBytes: Int64 = 0
  }

  /// Sorted by name, so that ties in T fall to the lower index.
  private var lanes: [Lane] = []
  let totalBytes: Int64

  /// Every file is opened once now, so that a missing one is told before the work and not after.
  init(_ inputs: [TradeInput], symbols: SymbolTable) throws(ReplayError) {
    var total: Int64 = 0
    for input in inputs.sorted(by: { Array($0.symbol.utf8).lexicographicallyPrecedes(Array($1.symbol.utf8)) }) {
      guard let index = symbols.index(of: input.symbol) else { preconditionFailure("inputs are of the run's symbols") }
      for path in input.paths {
        _ = try TradeFile(path)
        total += MappedFile.size(path)
      }
      lanes.append(Lane(name: input.symbol, symbol: index, files: input.paths))
    }
    totalBytes = total
    for lane in lanes.indices { try advance(lane) }
  }

  var bytesConsumed: Int64 { lanes.reduce(0) { $0 + $1.doneBytes + ($1.file?.bytesConsumed ?? 0) } }

  /// The next trade of all, as a `.trade` record; false at the end.
  func next(into record: inout apus_record) throws(ReplayError) -> Bool {
    var best = -1
    for lane in lanes.indices where lanes[lane].hasHead {
      if best < 0 || lanes[lane].timeMillis < lanes[best].timeMillis { best = lane }
    }
    if best < 0 { return false }
    record = lanes[best].head
    try advance(best)
    return true
  }

  private func advance(_ lane: Int) throws(ReplayError) {
    lanes[lane].hasHead = false
    while true {
      if lanes[lane].file == nil {
        if lanes[lane].files.isEmpty { return }
        let next = try TradeFile(lanes[lane].files.removeFirst())
        next.previousMillis = max(0, lanes[lane].timeMillis)
        lanes[lane].file = next
      }
      guard let file = lanes[lane].file else { return }
      if try file.next(into: &lanes[lane].head) {
        lanes[lane].head.kind = EventKind.trade.rawValue
        lanes[lane].head.symbol = lanes[lane].symbol
        lanes[lane].timeMillis = max(lanes[lane].timeMillis, lanes[lane].head.time_ms)
        lanes[lane].hasHead = true
        return
      }
      lanes[lane].doneBytes += MappedFile.size(file.path)
      lanes[lane].file = nil
    }
  }
}
