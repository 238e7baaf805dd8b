import CRecords
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
/// heap. Trades are handed over in runs, so that the walk and what classes cost are paid once for as many as follow one
/// another in one symbol.
final class TradeMerge {
  /// Sorted by name, so that ties in T fall to the lower index.
  private let lanes: [TradeLane]
  let totalBytes: Int64

  /// Every file is opened once now, so that a missing one is told before the work and not after.
  init(_ inputs: [TradeInput], symbols: SymbolTable) throws(ReplayError) {
    var total: Int64 = 0
    var lanes: [TradeLane] = []
    for input in inputs.sorted(by: { Array($0.symbol.utf8).lexicographicallyPrecedes(Array($1.symbol.utf8)) }) {
      guard let index = symbols.index(of: input.symbol) else { preconditionFailure("inputs are of the run's symbols") }
      for path in input.paths {
        _ = try TradeFile(path)
        total += MappedFile.size(path)
      }
      lanes.append(TradeLane(symbol: index, files: input.paths))
    }
    self.lanes = lanes
    totalBytes = total
  }

  var bytesConsumed: Int64 { lanes.reduce(0) { $0 + $1.bytesConsumed } }

  /// The next trades, one or more of one symbol, as `.trade` records; empty at the end. Valid until the next call.
  func nextRun() throws(ReplayError) -> UnsafeBufferPointer<apus_record> {
    var first = -1
    var second = -1
    for index in lanes.indices {
      guard try lanes[index].hasRows() else { continue }
      if first < 0 || lanes[index].headMillis < lanes[first].headMillis {
        second = first
        first = index
      } else if second < 0 || lanes[index].headMillis < lanes[second].headMillis {
        second = index
      }
    }
    if first < 0 { return UnsafeBufferPointer(start: nil, count: 0) }
    if second < 0 { return lanes[first].takeRun(before: .max) }
    // A tie is the lower index's.
    return lanes[first].takeRun(before: lanes[second].headMillis + (first < second ? 1 : 0))
  }
}
