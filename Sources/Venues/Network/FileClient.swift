/// GETs from one host whose bodies are taken piece by piece, over one kept connection. One thread at a time.
///
/// `RestClient` gives whole answers and is bound to a deadline for all of it; a file is neither held nor due by a time.
final class FileClient {
  /// For the connection and the head, and for each piece of the body.
  static let idleMillis: Int64 = 30_000

  let address: VenueAddress
  let interrupt: Interrupt
  private let dialer: TLSDialer
  private var connection: TLSConnection?

  init(address: VenueAddress, trust: TLSTrust) throws(VenueError) {
    self.address = address
    interrupt = try Interrupt()
    dialer = TLSDialer(address, trust: trust, interrupt: interrupt)
  }

  /// An answer of any status, its body unread. `path` is percent-encoded. A kept connection that turns out closed is
  /// replaced once; nothing else is retried here.
  func get(_ path: String, headers: [(String, String)] = []) throws(VenueError) -> FileAnswer {
    let operation = "GET \(address.prefix)\(path)"
    let isKept = connection != nil
    do {
      return try exchange(path, headers, operation)
    } catch {
      guard case .closedBeforeAnswer = error, isKept else { throw venueError(operation, error) }
    }
    do {
      return try exchange(path, headers, operation)
    } catch {
      throw venueError(operation, error)
    }
  }

  private func exchange(_ path: String, _ headers: [(String, String)], _ operation: String)
    throws(HttpFailure) -> FileAnswer
  {
    let deadlineNanos = monotonicNanos() + UInt64(Self.idleMillis) * 1_000_000
    let isKept = connection != nil
    let connection = if let kept = self.connection { kept } else { try connect(deadlineNanos) }
    // Kept again only after a whole body.
    self.connection = nil
    do {
      try connection.write(head(path, headers), deadlineNanos: deadlineNanos)
    } catch {
      if case .lost = error, isKept { throw .closedBeforeAnswer }
      throw .connection(error)
    }
    var reader = HttpReader(connection, deadlineNanos: deadlineNanos)
    let (response, body) = try reader.readStart()
    return FileAnswer(client: self, connection: connection, operation: operation, response, reader, body)
  }

  private func connect(_ deadlineNanos: UInt64) throws(HttpFailure) -> TLSConnection {
    do {
      return try dialer.connect(untilNanos: deadlineNanos)
    } catch {
      throw .connection(error)
    }
  }

  fileprivate func keep(_ connection: TLSConnection) { self.connection = connection }

  fileprivate func venueError(_ operation: String, _ failure: HttpFailure) -> VenueError {
    switch failure {
    case .connection(let failure): .connection(operation: operation, failure)
    case .malformed(let detail): .malformed(operation: operation, detail: detail)
    case .closedBeforeAnswer:
      .connection(operation: operation, .lost(host: address.host, detail: "closed before the answer"))
    }
  }

  private func head(_ path: String, _ headers: [(String, String)]) -> [UInt8] {
    let host = address.port == 443 ? address.host : "\(address.host):\(address.port)"
    // Unpacked on the way, a file would not fit its checksum.
    let fixed = [("Host", host), ("User-Agent", "apus"), ("Accept-Encoding", "identity")]
    let lines = (fixed + headers).map { "\($0.0): \($0.1)\r\n" }.joined()
    return Array("GET \(address.prefix)\(path) HTTP/1.1\r\n\(lines)\r\n".utf8)
  }
}

/// An answer whose body is still on the wire. Dropped before its end, it takes the connection with it.
final class FileAnswer {
  let operation: String
  let response: HttpResponse
  private let client: FileClient
  private let connection: TLSConnection
  private var reader: HttpReader
  private var body: HttpBody
  /// Bytes of the whole body, when the answer says so.
  let length: Int64?

  init(
    client: FileClient, connection: TLSConnection, operation: String, _ response: HttpResponse, _ reader: HttpReader,
    _ body: HttpBody
  ) {
    self.client = client
    self.connection = connection
    self.operation = operation
    self.response = response
    self.reader = reader
    self.body = body
    length = if case .length(let count) = body { Int64(count) } else { nil }
  }

  /// The next piece of the body; nil at its end, after which the connection serves again.
  func next() throws(VenueError) -> ArraySlice<UInt8>? {
    do {
      if let piece = try reader.nextPiece(&body, idleMillis: FileClient.idleMillis) { return piece }
    } catch {
      throw client.venueError(operation, error)
    }
    if response.keepsAlive, reader.isDrained { client.keep(connection) } else { connection.close() }
    return nil
  }

  /// Takes a short body off the wire, so that the connection serves again; of a longer one the connection is cheaper.
  func discard() { _ = try? text(bytesMax: 64 * 1_024) }

  /// All of a short body; `.malformed` when it is longer than `bytesMax`.
  func text(bytesMax: Int) throws(VenueError) -> String {
    var bytes: [UInt8] = []
    while let piece = try next() {
      bytes += piece
      guard bytes.count <= bytesMax else {
        throw .malformed(operation: operation, detail: "longer than \(bytesMax) bytes")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
