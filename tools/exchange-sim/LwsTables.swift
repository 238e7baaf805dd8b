import CWebSockets
import Foundation

/// Tables that libwebsockets keeps pointers to for as long as its context lives.
///
/// SAFETY: everything here is allocated once and never freed; one context a process.
enum LwsTables {
  typealias Callback =
    @convention(c) (OpaquePointer?, lws_callback_reasons, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int)
    -> Int32

  static func string(_ text: String) -> UnsafePointer<CChar>? {
    unsafe UnsafePointer(strdup(text))
  }

  /// One protocol for HTTP and WebSocket alike, and the zeroed end of the table.
  static func protocols(_ callback: @escaping Callback) -> UnsafePointer<lws_protocols> {
    let table = UnsafeMutablePointer<lws_protocols>.allocate(capacity: 2)
    unsafe table.initialize(repeating: lws_protocols(), count: 2)
    unsafe table[0].name = string("venue")
    unsafe table[0].callback = callback
    unsafe table[0].rx_buffer_size = 65_536
    return unsafe UnsafePointer(table)
  }

  /// Switches off lws's own pings: the venue decides when it pings and when it hangs up.
  static func silentPolicy() -> UnsafePointer<lws_retry_bo_t> {
    let policy = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
    var never = unsafe lws_retry_bo_t()
    unsafe never.secs_since_valid_ping = .max - 1
    unsafe never.secs_since_valid_hangup = .max
    unsafe policy.initialize(to: never)
    return unsafe UnsafePointer(policy)
  }
}

/// Memory to write from: lws puts the frame's header into the bytes before the payload.
final class OutgoingBuffer {
  /// LWS_PRE, which is a macro and does not import.
  static let headroom = 16
  private var bytes = [UInt8](repeating: 0, count: 65_536)

  /// Writes a payload to a socket; the bytes taken, or a negative number when the socket is gone.
  // SAFETY: the array has headroom + payload bytes and is not touched while lws reads it.
  func write(_ payload: ArraySlice<UInt8>, to socket: OpaquePointer, as kind: lws_write_protocol) -> Int32 {
    let needed = Self.headroom + payload.count
    if bytes.count < needed { bytes = [UInt8](repeating: 0, count: needed * 2) }
    return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe payload.withUnsafeBufferPointer { source in
        guard let base = buffer.baseAddress else { return -1 }
        if let start = source.baseAddress { unsafe (base + Self.headroom).update(from: start, count: source.count) }
        return unsafe lws_write(socket, base + Self.headroom, source.count, kind)
      }
    }
  }
}
