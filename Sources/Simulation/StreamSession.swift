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

  func send(_ payload: [UInt8]) {
    guard !isClosed else { return }
    pending.append(.text, payload)
  }

  func deliver(_ payload: [UInt8], prefix: [UInt8]) {
    guard !isClosed else { return }
    if isCombined { pending.appendCombined(prefix: prefix, payload) } else { pending.append(.text, payload) }
    if pending.bytes.count > Self.maxPendingBytes { close() }
  }

  func ping(nowMillis: Int64) {
    lastPingMillis = nowMillis
    var payload = WireText(capacity: 16)
    payload.integer(nowMillis)
    pending.append(.ping, payload.bytes)
  }

  func close() {
    guard !isClosed else { return }
    pending.append(.close, [])
    isClosed = true
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
