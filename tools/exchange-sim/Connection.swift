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
  /// A REST body whose header is written, how it shall leave, since when, and how much of it is gone.
  var body: [UInt8] = []
  var delivery = RestResponse.Delivery.whole
  var bodySinceMillis: Int64 = 0
  var bodySent = 0
  /// Whether a half-open connection is no longer read.
  var isDeaf = false
  /// When a cut was asked for: a client that does not read must not delay it.
  var cutSinceMillis: Int64?

  static let maxMessageBytes = 256 << 10
}
