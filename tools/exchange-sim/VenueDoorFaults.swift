import CWebSockets
import Foundation
import Simulation

/// What a fault does to sockets.
extension VenueDoor {
  /// How long frames may delay a cut that waits for the client to read them.
  private static let cutPatienceMillis: Int64 = 100
  /// POLLRDHUP, which glibc tells of under _GNU_SOURCE only: the other side writes no more.
  private static let pollPeerGone: Int16 = 0x2000

  /// Ends a connection as a dead network does: what was written arrives, then nothing, no close frame, no TLS
  /// close_notify. The result is for lws, which frees the socket.
  ///
  /// A reset (SO_LINGER 0) was rejected: it may take away what the client has not read yet, and so the moment of the
  /// cut would not be the scenario's.
  // SAFETY: the descriptor is the socket's own; lws closes it after the callback.
  func drop(_ socket: OpaquePointer) -> Int32 {
    _ = unsafe shutdown(lws_get_socket_fd(socket), Int32(SHUT_RDWR))
    return -1
  }

  /// Looks after a connection at each tick; true when it may be asked for frames.
  // SAFETY: the key is the address of a live socket: lws tells of its end before it frees it (`forget`).
  func mayWrite(_ connection: Connection, key: Int, nowMillis: Int64) -> Bool {
    guard let socket = unsafe OpaquePointer(bitPattern: key) else { return false }
    if case .slow = connection.delivery, !connection.body.isEmpty {
      _ = unsafe lws_callback_on_writable(socket)
      return false
    }
    guard let session = connection.session else { return false }
    if session.isHalted {
      unsafe keepHalted(connection, socket)
    } else if session.isCut {
      let since = connection.cutSinceMillis ?? nowMillis
      connection.cutSinceMillis = since
      // A dead descriptor wakes lws, which then frees the socket.
      if nowMillis - since >= Self.cutPatienceMillis { _ = unsafe drop(socket) }
    }
    return session.hasFrames || connection.sent < connection.batch.frames.count
  }

  /// Reads nothing of a half-open connection, and lets it go once its client has: lws would not notice, as the end of
  /// a stream is something to read.
  // SAFETY: poll writes into the one record it is given.
  private func keepHalted(_ connection: Connection, _ socket: OpaquePointer) {
    if !connection.isDeaf {
      connection.isDeaf = true
      _ = unsafe lws_rx_flow_control(socket, 0)
      unsafe lws_set_timeout(socket, NO_PENDING_TIMEOUT, 0)
    }
    var state = unsafe pollfd(fd: lws_get_socket_fd(socket), events: Self.pollPeerGone, revents: 0)
    guard unsafe poll(&state, 1, 0) > 0 else { return }
    unsafe lws_set_timeout(socket, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC)
  }
}
