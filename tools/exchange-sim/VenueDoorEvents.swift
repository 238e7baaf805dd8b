import CWebSockets
import Foundation
import Simulation

/// What lws tells the door, passed on to the venue.
extension VenueDoor {
  // SAFETY: lws calls back only while the context lives, whose user pointer is the door; `input` has `length` bytes.
  static let callback: LwsTables.Callback = { socket, reason, _, input, length in
    guard let socket = unsafe socket, let context = unsafe lws_get_context(socket),
      let user = unsafe lws_context_user(context)
    else { return 0 }
    let door = unsafe Unmanaged<VenueDoor>.fromOpaque(user).takeUnretainedValue()
    switch reason {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return unsafe door.confirmsUpgrade(socket)
    case LWS_CALLBACK_ESTABLISHED: return unsafe door.established(socket)
    case LWS_CALLBACK_RECEIVE:
      return unsafe door.received(socket, UnsafeRawBufferPointer(start: input, count: length))
    case LWS_CALLBACK_RECEIVE_PONG:
      if let session = unsafe door.connection(socket).session {
        door.venue.pong(session, nowMillis: door.venue.reachedMillis)
      }
      return 0
    case LWS_CALLBACK_SERVER_WRITEABLE: return unsafe door.writeFrames(socket)
    case LWS_CALLBACK_HTTP: return unsafe door.request(socket)
    case LWS_CALLBACK_HTTP_WRITEABLE: return unsafe door.writeBody(socket)
    case LWS_CALLBACK_CLOSED, LWS_CALLBACK_CLOSED_HTTP, LWS_CALLBACK_WSI_DESTROY:
      unsafe door.forget(socket)
      return 0
    default: return 0
    }
  }

  func connection(_ socket: OpaquePointer) -> Connection {
    let key = Int(bitPattern: socket)
    if let known = connections[key] { return known }
    let made = Connection()
    connections[key] = made
    return made
  }

  private func forget(_ socket: OpaquePointer) {
    guard let gone = connections.removeValue(forKey: Int(bitPattern: socket)) else { return }
    if let session = gone.session { venue.close(session) }
  }

  // MARK: - Streams

  /// 0 lets the upgrade go on; 1 says that it was answered, -1 that nothing could be written.
  ///
  /// At an address without streams the upgrade is ignored and the request answered as any other, which for `/nope` is
  /// the venue's 404. Asked here and not at LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION, where a refusal only closes the
  /// socket: here lws knows that an answer was given and flushes it first.
  private func confirmsUpgrade(_ socket: OpaquePointer) -> Int32 {
    let head = unsafe RequestHead(socket)
    if venue.accepts(path: head.path, streams: head.parameters["streams"]) {
      let refusal = venue.refusal(client: unsafe RequestHead.peer(socket), nowMillis: catchUp())
      guard let refusal else { return 0 }
      return unsafe refuse(socket, refusal)
    }
    return unsafe refuse(socket, answer(to: head, socket))
  }

  private static let reasons = [404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"]

  private func refuse(_ socket: OpaquePointer, _ response: RestResponse) -> Int32 {
    // lws ends the transaction itself once this returns, so the body cannot wait for the socket to be writable; what
    // the kernel does not take, lws holds. A fault of the body's pace is for requests only.
    //
    // The head is made here: at this point lws has not read the request's version yet and would answer HTTP/1.0, which
    // some clients take for no answer at all.
    var head =
      "HTTP/1.1 \(response.status) \(Self.reasons[response.status] ?? "")\r\n"
      + "content-type: \(response.contentType)\r\ncontent-length: \(response.body.count)\r\nconnection: close\r\n"
    for header in response.headers { head += "\(header.name.lowercased()): \(header.value)\r\n" }
    let bytes = Array((head + "\r\n").utf8)
    guard unsafe outgoing.write(bytes[...], to: socket, as: LWS_WRITE_HTTP_HEADERS) >= 0 else { return -1 }
    return unsafe outgoing.write(response.body[...], to: socket, as: LWS_WRITE_HTTP_FINAL) >= 0 ? 1 : -1
  }

  private func established(_ socket: OpaquePointer) -> Int32 {
    let address = unsafe RequestHead(socket)
    let now = catchUp()
    guard
      let session = venue.open(path: address.path, streams: address.parameters["streams"], nowMillis: now)
    else { return -1 }
    unsafe connection(socket).session = session
    return 0
  }

  // SAFETY: the bytes are copied before lws gets its buffer back.
  private func received(_ socket: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    let connection = unsafe connection(socket)
    guard let session = connection.session else { return -1 }
    guard !session.isHalted else { return 0 }
    unsafe connection.incoming.append(contentsOf: bytes)
    guard connection.incoming.count <= Connection.maxMessageBytes else { return -1 }
    guard unsafe lws_is_final_fragment(socket) != 0, unsafe lws_remaining_packet_payload(socket) == 0 else { return 0 }
    let now = catchUp()
    venue.receive(connection.incoming, from: session, nowMillis: now)
    connection.incoming.removeAll(keepingCapacity: true)
    _ = unsafe lws_callback_on_writable(socket)
    return 0
  }

  private func writeFrames(_ socket: OpaquePointer) -> Int32 {
    let connection = unsafe connection(socket)
    guard let session = connection.session else { return -1 }
    while true {
      if connection.sent == connection.batch.frames.count {
        connection.sent = 0
        guard session.hasFrames else {
          connection.batch.clear()
          return 0
        }
        session.takeFrames(recycling: &connection.batch)
      }
      // What the kernel did not take lws holds; to write on before it has left is an error.
      guard unsafe lws_partial_buffered(socket) == 0 else {
        _ = unsafe lws_callback_on_writable(socket)
        return 0
      }
      let frame = connection.batch.frames[connection.sent]
      if frame.kind == .cut { return unsafe drop(socket) }
      // It stays the next frame for ever, whatever lws asks.
      if frame.kind == .halt { return 0 }
      if frame.kind == .close {
        unsafe lws_close_reason(socket, LWS_CLOSE_STATUS_GOINGAWAY, nil, 0)
        return -1
      }
      let kind = frame.kind == .text ? LWS_WRITE_TEXT : LWS_WRITE_PING
      guard unsafe outgoing.write(connection.batch.bytes[frame.range], to: socket, as: kind) >= 0 else { return -1 }
      connection.sent += 1
    }
  }
}
