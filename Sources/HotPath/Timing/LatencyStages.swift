import CLatency

/// The parts of a trade's way that are timed, in the order they are shown.
public enum LatencyStage: Int, CaseIterable, Sendable {
  /// The venue's T to the frame's arrival, by the clocks of both: coarse (ms), and the only figure that shows time spent in
  /// the network, in the kernel's socket queue, or while the feed's thread could not run.
  case venue
  /// One turn of the feed's loop, from its first read to its end: how long a frame that comes meanwhile may lie unseen.
  case turn
  /// Arrival (the turn's first read) to the beginning of this frame's parse: decryption, and the frames before it.
  case wait
  /// Parse, up to the push.
  case parse
  /// Push to the engine's taking it: the rest of the feed's turn, the wake-up, the records before it.
  case queue
  /// Taken to windows updated: order of ids, grid points before it, candles.
  case windows
  /// Windows to scored: resting exits, inputs, all strategies.
  case score
  /// Scored to the end of the step: pending entries, news handed on.
  case decide
  /// Taken to the end of the step.
  case step
  /// Arrival to the end of the step, for every trade.
  case decision

  public var name: String { "\(self)" }

  /// Whether all trades (or turns) are counted, not a sample.
  public var isComplete: Bool { self == .turn || self == .decision }
}

/// A histogram for each stage, side by side in one piece of memory.
@safe
public struct LatencyStages: @unchecked Sendable {
  public static var byteCount: Int { LatencyStage.allCases.count * LatencyHistogram.byteCount }
  private let base: UnsafeMutableRawPointer
  private let histograms: [LatencyHistogram]

  /// In memory of its own, which lives until `deallocate`.
  public init() {
    // SAFETY: zeroed and aligned as `init(zeroedAt:)` wants it.
    let base = UnsafeMutableRawPointer.allocate(byteCount: Self.byteCount, alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    unsafe self.init(zeroedAt: base)
  }

  /// In `byteCount` zeroed bytes at an address aligned to 64, which outlive this handle and its copies.
  @unsafe
  public init(zeroedAt base: UnsafeMutableRawPointer) {
    unsafe self.base = base
    histograms = LatencyStage.allCases.map { stage in
      // SAFETY: the stage's own part of the memory; its name has at most 31 bytes and the zero behind it.
      let at = unsafe base + stage.rawValue * LatencyHistogram.byteCount
      for (index, byte) in stage.name.utf8.prefix(31).enumerated() {
        unsafe at.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
      return unsafe LatencyHistogram(zeroedAt: at)
    }
  }

  public subscript(stage: LatencyStage) -> LatencyHistogram { histograms[stage.rawValue] }

  /// For stages in memory of their own.
  public func deallocate() { unsafe base.deallocate() }
}
