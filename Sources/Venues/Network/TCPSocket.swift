import Foundation

/// A connected, non-blocking TCP socket that closes when let go.
final class TCPSocket {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to a numeric address; `host` is for the messages. nil for `interrupt`: only the deadline ends the wait.
  static func connect(
    address: String, host: String, port: UInt16, interrupt: Interrupt?, deadlineNanos: UInt64
  ) -> Result<TCPSocket, ConnectionFailure> {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, String(port), &hints, &list) == 0, let entry = list?.pointee else {
      return .failure(.unreachable(host: host, port: port, detail: "address \(address) is not usable"))
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(entry.ai_family, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return .failure(failure(errno, host, port)) }
    let made = TCPSocket(descriptor)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    if Foundation.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return .success(made) }
    guard errno == EINPROGRESS else { return .failure(failure(errno, host, port)) }
    guard made.waitWritable(interrupt, deadlineNanos) else {
      if interrupt?.isRaised == true { return .failure(.stopped) }
      return .failure(.timedOut(host: host, port: port, step: "TCP connect"))
    }
    var error: Int32 = 0
    var length = size
    _ = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    return error == 0 ? .success(made) : .failure(failure(error, host, port))
  }

  private func waitWritable(_ interrupt: Interrupt?, _ deadlineNanos: UInt64) -> Bool {
    if let interrupt { return interrupt.wait(descriptor, for: Int32(POLLOUT), untilNanos: deadlineNanos) }
    var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let nanos = monotonicNanos()
    let millis = deadlineNanos > nanos ? Int32(clamping: (deadlineNanos - nanos) / 1_000_000) : 0
    return poll(&polled, 1, millis) > 0
  }

  private static func failure(_ code: Int32, _ host: String, _ port: UInt16) -> ConnectionFailure {
    switch code {
    case ECONNREFUSED: .refused(host: host, port: port)
    case ETIMEDOUT: .timedOut(host: host, port: port, step: "TCP connect")
    default: .unreachable(host: host, port: port, detail: errnoText(code))
    }
  }
}
