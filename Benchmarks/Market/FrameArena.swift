import CRecords
import Domain

/// How a trade is framed on the market stream.
public enum FrameForm: Sendable, CaseIterable {
  /// `{"stream":"btcusdt@aggTrade","data":{..}}`, as on a connection of several streams.
  case combined
  /// The event alone.
  case raw
}

/// Frames of trades, byte for byte as the venue sends them, back to back in one block.
///
/// 64 zero bytes follow the last frame, so that a reader of whole vectors stays within the block. Lives as long as the
/// object; read from any thread.
public final class FrameArena: @unchecked Sendable {
  public let base: UnsafePointer<UInt8>
  /// Frame i is `base[offsets[i]..<offsets[i + 1]]`.
  public let offsets: UnsafePointer<Int>
  public let count: Int

  public var byteCount: Int { offsets[count] }

  /// Names by `record.symbol`. Some 0.1 s a million.
  public init(_ trades: some Collection<apus_record>, form: FrameForm, names: [String]) {
    precondition(!names.isEmpty, "frames name a symbol")
    let symbols = names.map { FrameSymbol($0, form: form) }
    let room = symbols.map(\.byteCount).max()! + FrameText.numbersBytesMax
    let capacity = trades.count * room + 64
    // SAFETY: address space for the longest frames; pages are touched as they are written. Freed by `deinit`.
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let starts = UnsafeMutablePointer<Int>.allocate(capacity: trades.count + 1)
    var text = FrameText(at: bytes)
    var index = 0
    for trade in trades {
      starts[index] = text.cursor - bytes
      text.append(trade, symbols[Int(trade.symbol)])
      index += 1
    }
    starts[index] = text.cursor - bytes
    text.cursor.update(repeating: 0, count: 64)
    base = UnsafePointer(bytes)
    offsets = UnsafePointer(starts)
    count = index
  }

  deinit {
    base.deallocate()
    offsets.deallocate()
  }

  /// One frame's bytes; valid while the arena is.
  public func frame(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(index >= 0 && index < count, "a frame of the arena")
    return UnsafeBufferPointer(start: base + offsets[index], count: offsets[index + 1] - offsets[index])
  }
}
