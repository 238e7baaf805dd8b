/// One stream connection as the venue holds it: its route, its subscriptions, and what is to be sent.
///
/// A class, because feeds and whoever owns the socket share it. Not thread-safe: it belongs to its venue's thread.
public final class StreamSession {
  /// Streams a connection may hold.
  public static let maxStreams = 1_024
  /// Messages a second a client may send.
  static let maxMessagesPerSecond = 10
  /// A client that leaves this much unread is cut off.
  static let maxPendingBytes = 128 << 20

  let route: StreamRoute
  /// Whether events come in `{"stream":...,"data":...}`.
  public internal(set) var isCombined: Bool
  /// Names in the order in which they were asked for, the silent ones included.
  public internal(set) var subscriptions: [String] = []
  /// Set once the venue has ended the connection; the close frame is in the last batch.
  public internal(set) var isClosed = false
  /// Set once the venue neither reads nor writes any more, as a half-open connection; the last batch ends with it.
  public private(set) var isHalted = false
  /// Set once the connection is to be dropped without a close frame; the last batch ends with it.
  public private(set) var isCut = false
  private var pending = FrameBatch()

  let openedMillis: Int64
  var lastPingMillis: Int64
  var lastPongMillis: Int64
  private var messageSecond: Int64 = 0
  private var messagesInSecond = 0

  init(route: StreamRoute, isCombined: Bool, nowMillis: Int64) {
    self.route = route
    self.isCombined = isCombined
    openedMillis = nowMillis
    lastPingMillis = nowMillis
    lastPongMillis = nowMillis
  }

  /// Whether frames wait to be sent.
  public var hasFrames: Bool { !pending.isEmpty }

  /// Hands over the waiting frames and takes `recycled`'s memory for the next ones.
  public func takeFrames(recycling recycled: inout FrameBatch) {
    recycled.clear()
    swap(&recycled, &pending)
  }

  /// The waiting frames.
  public func takeFrames() -> FrameBatch {
    var batch = FrameBatch()
    takeFrames(recycling: &batch)
    return batch
  }

  /// Whether it is neither closed nor halted.
  var isAlive: Bool { !isClosed && !isHalted }

  func send(_ payload: [UInt8]) {
    guard isAlive else { return }
    pending.append(.text, payload)
    if pending.bytes.count > Self.maxPendingBytes { close() }
  }

  func deliver(_ payload: [UInt8], prefix: [UInt8]) {
    guard isAlive else { return }
    if isCombined { pending.appendCombined(prefix: prefix, payload) } else { pending.append(.text, payload) }
    if pending.bytes.count > Self.maxPendingBytes { close() }
  }

  /// Delivers the first half of what `deliver` would.
  func deliverHalf(_ payload: [UInt8], prefix: [UInt8]) {
    guard isAlive else { return }
    pending.appendHalf(isCombined ? prefix + payload + [UInt8(ascii: "}")] : payload)
  }

  func ping(nowMillis: Int64) {
    lastPingMillis = nowMillis
    var payload = WireText(capacity: 16)
    payload.integer(nowMillis)
    pending.append(.ping, payload.bytes)
  }

  func close() {
    guard isAlive else { return }
    pending.append(.close, [])
    isClosed = true
  }

  /// Ends it without a close frame, after what waits to be sent.
  func cut() {
    guard isAlive else { return }
    pending.append(.cut, [])
    isClosed = true
    isCut = true
  }

  /// Leaves it open and lifeless, after what waits to be sent.
  func halt() {
    guard isAlive else { return }
    pending.append(.halt, [])
    isHalted = true
  }

  /// Counts a message; false when the client sends more than the venue allows.
  func admitsMessage(nowMillis: Int64) -> Bool {
    let second = nowMillis / 1_000
    if second != messageSecond {
      messageSecond = second
      messagesInSecond = 0
    }
    messagesInSecond += 1
    return messagesInSecond <= Self.maxMessagesPerSecond
  }
}
