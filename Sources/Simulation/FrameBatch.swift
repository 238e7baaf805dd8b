/// What a connection is to be sent, in order: bytes and where each frame ends.
///
/// One buffer for all frames: at 50,000 frames a second an array each would be 50,000 allocations.
public struct FrameBatch: Sendable {
  /// A frame's kind.
  public enum Kind: Sendable {
    case text
    case ping
    case close
    /// No frame: the connection is dropped here.
    case cut
    /// No frame: nothing more is written, and the connection stays.
    case halt
  }

  /// One frame: its place in `bytes`.
  public struct Frame: Sendable {
    public var kind: Kind
    public var range: Range<Int>
  }

  public private(set) var bytes: [UInt8] = []
  public private(set) var frames: [Frame] = []

  public init() {}

  public var isEmpty: Bool { frames.isEmpty }

  /// The text frames as strings.
  public var texts: [String] {
    frames.filter { $0.kind == .text }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  mutating func append(_ kind: Kind, _ payload: [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: payload)
    frames.append(Frame(kind: kind, range: start..<bytes.count))
  }

  /// A text that breaks off in its middle, framed as a whole one.
  mutating func appendHalf(_ payload: [UInt8]) {
    append(.text, Array(payload[..<(payload.count / 2)]))
  }

  mutating func appendCombined(prefix: [UInt8], _ payload: [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: prefix)
    bytes.append(contentsOf: payload)
    bytes.append(UInt8(ascii: "}"))
    frames.append(Frame(kind: .text, range: start..<bytes.count))
  }

  /// Empties it and keeps its memory.
  public mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
  }
}
