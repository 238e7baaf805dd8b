import Foundation

/// What a look at the venue found.
struct VenueAnswer: Sendable {
  var host: String
  var roundTripMillis: Int64
  /// The venue's clock; nil when the probe doesn't speak its protocol.
  var serverMillis: Int64?
  /// Our wall clock when the answer was there.
  var receivedMillis: Int64
}

/// Why the venue cannot be reached: what and what to do, without a full stop.
struct VenueUnreachable: Error {
  var detail: String
  var advice: String
}

/// Reaches a venue's REST end without a key.
protocol VenueProbe: Sendable {
  /// Blocks for at most `timeoutMillis`.
  func probe(base: URL, caFile: String?, timeoutMillis: Int32) throws(VenueUnreachable) -> VenueAnswer
}

/// Name resolution and a TCP connection: less than a request proves, but it needs no TLS client.
struct TcpProbe: VenueProbe {
  func probe(base: URL, caFile: String?, timeoutMillis: Int32) throws(VenueUnreachable) -> VenueAnswer {
    let host = base.host ?? ""
    let port = base.port ?? (base.scheme == "http" ? 80 : 443)
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &list)
    guard status == 0, let first = list else {
      let reason = String(cString: gai_strerror(status))
      throw VenueUnreachable(detail: "\(host): \(reason)", advice: "check DNS and the network")
    }
    // SAFETY: the list is getaddrinfo's, freed once after its last use.
    defer { freeaddrinfo(first) }
    let start = ContinuousClock.now
    var reason = "no address"
    for address in sequence(first: first, next: { $0.pointee.ai_next }) {
      if let failure = Self.connect(address.pointee, timeoutMillis) {
        reason = failure
        continue
      }
      let elapsed = ContinuousClock.now - start
      let millis = elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
      return VenueAnswer(
        host: host, roundTripMillis: millis, serverMillis: nil,
        receivedMillis: Int64(Date().timeIntervalSince1970 * 1000))
    }
    throw VenueUnreachable(detail: "\(host):\(port): \(reason)", advice: "check the network and firewall")
  }

  /// nil when the connection stood.
  private static func connect(_ address: addrinfo, _ timeoutMillis: Int32) -> String? {
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
      address.ai_protocol)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, timeoutMillis) == 1 else { return "no answer within \(timeoutMillis) ms" }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    return code == 0 ? nil : String(cString: strerror(code))
  }
}
