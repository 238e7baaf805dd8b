import Synchronization

/// Finds out why connections could not be made, each on a thread of its own: libwebsockets doesn't say why connect(2) failed, and
/// to ask again may take until the deadline, for which frames of the loop's other connections must not wait.
///
/// Not part of the budget of connections: no byte is sent, and the venue has just refused the same.
final class ConnectProbe: Sendable {
  private static let mostNanos: UInt64 = 100_000_000

  private let reason: @Sendable (WebSocketTarget) -> ConnectionFailure
  private let found = Mutex<[(slot: Int, failure: ConnectionFailure)]>([])

  init(reason: @escaping @Sendable (WebSocketTarget) -> ConnectionFailure = ConnectProbe.systemReason) {
    self.reason = reason
  }

  /// `done` runs on the probe's thread, once `take` gives the reason.
  func ask(_ slot: Int, _ target: WebSocketTarget, done: @escaping @Sendable () -> Void) {
    do {
      try VenueThread(name: "probe") { [self] in
        let failure = reason(target)
        found.withLock { $0.append((slot, failure)) }
        done()
      }.detach()
    } catch {
      found.withLock { $0.append((slot, Self.unknown(target))) }
      done()
    }
  }

  /// What was found since the last call.
  func take() -> [(slot: Int, failure: ConnectionFailure)] {
    found.withLock { found in
      defer { found.removeAll() }
      return found
    }
  }

  private static func systemReason(_ target: WebSocketTarget) -> ConnectionFailure {
    switch TCPSocket.connect(
      address: target.address, host: target.host, port: target.port, interrupt: nil,
      deadlineNanos: monotonicNanos() + mostNanos)
    {
    // It goes now: the next attempt will tell.
    case .success: unknown(target)
    case .failure(let failure): failure
    }
  }

  private static func unknown(_ target: WebSocketTarget) -> ConnectionFailure {
    .unreachable(host: target.host, port: target.port, detail: "no reason given")
  }
}
