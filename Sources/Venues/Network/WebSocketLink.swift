import COpenSSL
import CWebSockets

/// One slot's connection. The library holds a pointer to it while its `wsi` lives.
final class WebSocketLink {
  let slot: Int
  unowned let client: WebSocketClient
  /// Written by the library when a connection begins.
  let wsi: UnsafeMutablePointer<OpaquePointer?>
  var target = WebSocketTarget(address: "", host: "", port: 0, path: "")
  var isActive = false
  var isOpen = false
  /// It could not be made, and the reason is being looked for: the library's word on it counts no more.
  var isProbed = false
  /// Something arrived since the last look at the clock.
  var wasHeard = false
  var heardNanos: UInt64 = 0
  var verifyCode = 0
  var reason: ConnectionFailure?

  init(slot: Int, client: WebSocketClient) {
    self.slot = slot
    self.client = client
    wsi = .allocate(capacity: 1)
    wsi.initialize(to: nil)
  }

  deinit { wsi.deallocate() }
}

/// The one C callback. It finds the link in the pointer that `connect` gave the library.
let deliverWebSocketEvent:
  @convention(c) (
    OpaquePointer?, lws_callback_reasons, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int
  ) -> Int32 = { wsi, reason, user, input, length in
    switch reason {
    case LWS_CALLBACK_CLIENT_RECEIVE, LWS_CALLBACK_CLIENT_ESTABLISHED, LWS_CALLBACK_CLIENT_WRITEABLE,
      LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_CLIENT_CONNECTION_ERROR, LWS_CALLBACK_CLIENT_RECEIVE_PONG,
      LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
      LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
      break
    default: return 0
    }
    guard let wsi, let raw = lws_get_opaque_user_data(wsi) else { return 0 }
    // SAFETY: set by `connect` to a Link that lives as long as the client, which outlives its context.
    let link = Unmanaged<WebSocketLink>.fromOpaque(raw).takeUnretainedValue()
    guard link.isActive, !link.isProbed else { return -1 }
    // SAFETY: the library's buffer of `length` bytes, valid during the callback.
    let start = input.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    let bytes = UnsafeBufferPointer(start: start, count: start == nil ? 0 : length)
    switch reason {
    case LWS_CALLBACK_CLIENT_RECEIVE:
      let isLast = lws_is_final_fragment(wsi) != 0 && lws_remaining_packet_payload(wsi) == 0
      link.client.received(link, bytes, isLast: isLast)
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: link.client.alive(link)
    case LWS_CALLBACK_CLIENT_ESTABLISHED: link.client.opened(link)
    case LWS_CALLBACK_CLIENT_WRITEABLE: link.client.writable(link)
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: link.client.peerClosed(link, bytes)
    case LWS_CALLBACK_CLIENT_CLOSED: link.client.ended(link)
    case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
      // `user` is the X509_STORE_CTX and `length` OpenSSL's verdict on this certificate of the chain.
      guard length == 0 else { return 0 }
      link.verifyCode = user.map { Int(X509_STORE_CTX_get_error(OpaquePointer($0))) } ?? Int(X509_V_ERR_UNSPECIFIED)
      return 1
    default:
      link.client.failed(link, wsi, words: String(decoding: bytes, as: UTF8.self))
    }
    return 0
  }
