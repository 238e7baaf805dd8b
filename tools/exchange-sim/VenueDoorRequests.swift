import CWebSockets
import Foundation
import Simulation

/// Requests: what the venue answers, written out as it says.
extension VenueDoor {
  func request(_ socket: OpaquePointer) -> Int32 {
    let response = unsafe answer(to: RequestHead(socket), socket)
    let connection = unsafe connection(socket)
    connection.delivery = response.delivery
    connection.body = response.body
    connection.bodySent = 0
    connection.bodySinceMillis = clock.nowMillis
    // lws would end a request that takes long, which is what these faults are for.
    if response.delivery != .whole { unsafe lws_set_timeout(socket, NO_PENDING_TIMEOUT, 0) }
    if response.delivery == .never { return 0 }
    guard unsafe writeHeader(response, to: socket) else { return -1 }
    _ = unsafe lws_callback_on_writable(socket)
    return 0
  }

  /// The venue's answer, packed if the client takes that.
  func answer(to head: RequestHead, _ socket: OpaquePointer) -> RestResponse {
    let now = catchUp()
    let request = RestRequest(head.method, head.path, head.parameters, client: unsafe RequestHead.peer(socket))
    var response = venue.respond(to: request, nowMillis: now)
    if response.body.count > GzipBody.leastBytes, GzipBody.isAccepted(head.acceptEncoding),
      let packed = GzipBody.pack(response.body)
    {
      response.body = packed
      response.headers.append(.init(name: "Content-Encoding", value: "gzip"))
    }
    return response
  }

  // SAFETY: lws writes between `position` and `end`, both inside the buffer, and fails when it would not fit.
  func writeHeader(_ response: RestResponse, to socket: OpaquePointer) -> Bool {
    var buffer = [UInt8](repeating: 0, count: OutgoingBuffer.headroom + 2_048)
    return unsafe buffer.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return false }
      let start = unsafe base + OutgoingBuffer.headroom
      var position: UnsafeMutablePointer<UInt8>? = unsafe start
      let end = unsafe base + bytes.count
      guard
        unsafe lws_add_http_common_headers(
          socket, UInt32(response.status), response.contentType, lws_filepos_t(response.body.count), &position, end)
          == 0
      else { return false }
      for header in response.headers {
        let name = header.name.lowercased() + ":"
        let value = Array(header.value.utf8)
        guard
          unsafe lws_add_http_header_by_name(socket, name, value, Int32(value.count), &position, end) == 0
        else { return false }
      }
      return unsafe lws_finalize_write_http_header(socket, start, &position, end) == 0
    }
  }

  func writeBody(_ socket: OpaquePointer) -> Int32 {
    let connection = unsafe connection(socket)
    switch connection.delivery {
    case .never: return 0
    case .whole: return unsafe writeBody(of: connection, upTo: connection.body.count, socket)
    case .slow(let pace):
      let elapsed = max(0, clock.nowMillis - connection.bodySinceMillis)
      let due = Int(min(Int64(connection.body.count), elapsed * pace / 1_000))
      return unsafe writeBody(of: connection, upTo: due, socket)
    case .half:
      let half = connection.body.count / 2
      if connection.bodySent < half {
        guard unsafe writeBody(of: connection, upTo: half, socket) == 0 else { return -1 }
        _ = unsafe lws_callback_on_writable(socket)
        return 0
      }
      return unsafe drop(socket)
    }
  }

  /// Writes what is not yet written of the body's first bytes; the request is over with the last of them.
  private func writeBody(of connection: Connection, upTo end: Int, _ socket: OpaquePointer) -> Int32 {
    let isLast = end == connection.body.count
    guard isLast || end > connection.bodySent else { return 0 }
    let kind = isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP
    guard unsafe outgoing.write(connection.body[connection.bodySent..<end], to: socket, as: kind) >= 0 else {
      return -1
    }
    connection.bodySent = end
    guard isLast else { return 0 }
    connection.body = []
    connection.delivery = .whole
    return unsafe lws_http_transaction_completed(socket) == 0 ? 0 : -1
  }
}
