import Simulation

/// One socket's state: a stream session with what it still has to send, or a REST answer on its way out.
final class Connection {
  /// A stream session; nil for REST.
  var session: StreamSession?
  /// Frames taken from the session; `sent` of them are written.
  var batch = FrameBatch()
  var sent = 0
  /// A message that came in parts, up to `maxMessageBytes`.
  var incoming: [UInt8] = []
  /// A REST body whose header is written.
  var body: [UInt8] = []

  static let maxMessageBytes = 256 << 10
}
