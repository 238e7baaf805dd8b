import CClock
import Foundation

/// A venue's answer to a request.
public struct RestAnswer: Sendable {
  public var status: Int
  /// Request weight used in the current minute, by the venue's count; nil when it didn't say.
  public var usedWeight: Int?
  /// From Retry-After; nil when there was none.
  public var retryAfterMillis: Int64?
  public var body: [UInt8]
}

/// GETs from one host over one kept connection. One thread at a time; `interrupt` from any.
public final class RestClient: @unchecked Sendable {
  public let address: VenueAddress
  let interrupt: Interrupt
  private let dialer: TLSDialer
  private var connection: TLSConnection?

  public init(address: VenueAddress, trust: TLSTrust) throws(VenueError) {
    self.address = address
    interrupt = try Interrupt()
    dialer = TLSDialer(address, trust: trust, interrupt: interrupt)
  }

  /// Ends the running call and fails all later ones with `.connection(.stopped)`. Any thread.
  public func stop() { interrupt.raise() }

  /// One answer, of any status. `timeoutMillis` covers the name's look-up, the connection and the body together.
  ///
  /// A kept connection that turns out closed is replaced once; nothing else is retried here.
  public func get(_ path: String, query: [(String, String)] = [], timeoutMillis: Int64 = 10_000) throws(VenueError)
    -> RestAnswer
  {
    let operation = "GET \(path)"
    let deadlineNanos = monotonicNanos() + UInt64(timeoutMillis) * 1_000_000
    let request = head(path, query)
    let isKept = connection != nil
    do {
      return try exchange(request, deadlineNanos)
    } catch {
      guard case .closedBeforeAnswer = error, isKept else { throw venueError(operation, error) }
    }
    do {
      return try exchange(request, deadlineNanos)
    } catch {
      throw venueError(operation, error)
    }
  }

  private func venueError(_ operation: String, _ failure: HttpFailure) -> VenueError {
    switch failure {
    case .connection(let failure): .connection(operation: operation, failure)
    case .malformed(let detail): .malformed(operation: operation, detail: detail)
    case .closedBeforeAnswer:
      .connection(operation: operation, .lost(host: address.host, detail: "closed before the answer"))
    }
  }

  private func exchange(_ request: [UInt8], _ deadlineNanos: UInt64) throws(HttpFailure) -> RestAnswer {
    let isKept = connection != nil
    let connection = if let kept = self.connection { kept } else { try connect(deadlineNanos) }
    // Kept again only after a whole answer.
    self.connection = nil
    do {
      try connection.write(request, deadlineNanos: deadlineNanos)
    } catch {
      if case .lost = error, isKept { throw .closedBeforeAnswer }
      throw .connection(error)
    }
    var reader = HttpReader(connection, deadlineNanos: deadlineNanos)
    let response = try reader.read()
    if response.keepsAlive { self.connection = connection } else { connection.close() }
    return try Self.answer(response)
  }

  /// The body unpacked, and what the headers tell. Any thread.
  static func answer(_ response: HttpResponse) throws(HttpFailure) -> RestAnswer {
    RestAnswer(
      status: response.status,
      // Bounded like an exchangeInfo's limit: the budget adds to it.
      usedWeight: response.header("x-mbx-used-weight-1m").flatMap { Int($0) }.map { max(0, min($0, 10_000_000)) },
      retryAfterMillis: RetryAfter.millis(response, wallMillis: apus_wall_millis()),
      body: try unpacked(response))
  }

  private static func unpacked(_ response: HttpResponse) throws(HttpFailure) -> [UInt8] {
    switch response.header("content-encoding")?.lowercased() {
    case nil, "identity": return response.body
    case "gzip", "x-gzip":
      switch GzipBody.unpack(response.body, mostBytes: HttpReader.maximumBodyBytes) {
      case .success(let body): return body
      case .failure(let reason): throw .malformed("gzip: \(reason.text)")
      }
    case .some(let other): throw .malformed("Content-Encoding \(other.prefix(40)), which was not asked for")
    }
  }

  private func connect(_ deadlineNanos: UInt64) throws(HttpFailure) -> TLSConnection {
    do { return try dialer.connect(untilNanos: deadlineNanos) } catch { throw .connection(error) }
  }

  private func head(_ path: String, _ query: [(String, String)]) -> [UInt8] {
    var target = address.prefix + path
    if !query.isEmpty {
      target += "?" + query.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
    }
    let host = address.port == 443 ? address.host : "\(address.host):\(address.port)"
    return Array(
      ("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: apus\r\nAccept: application/json\r\n"
        + "Accept-Encoding: gzip\r\n\r\n").utf8)
  }

  /// Percent-encoding of all but RFC 3986's unreserved characters; some symbols are not ASCII.
  static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += "%" + (byte < 16 ? "0" : "") + hex
      }
    }
    return result
  }
}
