import BenchMarket
import CRecords
import Domain
import HotPath

/// The market of a run in memory that nobody counts references of: made before the first mark, alive to the end.
final class ProbeInput {
  let warmUp: Int
  let count: Int
  let symbols: SymbolTable
  /// Warm-up first.
  let trades: UnsafeBufferPointer<apus_record>
  /// By known_ms.
  let indicators: UnsafeBufferPointer<apus_record>
  /// Of the trades between the marks, or of all.
  let frames: FrameArena
  /// The trade of the first frame.
  let firstFrame: Int

  init(seed: UInt64, warmUp: Int, trades count: Int, hours: Double, framesOfWarmUp: Bool) {
    self.warmUp = warmUp
    self.count = count
    let market = SeededMarket(seed: seed, trades: warmUp + count, hours: hours)
    symbols = SymbolTable([market.symbol])
    trades = Self.kept(market.trades)
    indicators = Self.kept(market.indicators())
    firstFrame = framesOfWarmUp ? 0 : warmUp
    frames = FrameArena(market.trades[firstFrame...], form: .combined, names: symbols.names)
  }

  private static func kept(_ records: [apus_record]) -> UnsafeBufferPointer<apus_record> {
    let memory = UnsafeMutableBufferPointer<apus_record>.allocate(capacity: records.count)
    _ = memory.initialize(from: records)
    return UnsafeBufferPointer(memory)
  }
}
