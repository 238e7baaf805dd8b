import Foundation

/// Looks names up on threads of their own: getaddrinfo may block for many seconds and cannot be cancelled.
enum NameResolver {
  /// Numeric addresses of `host`, IPv4 first; never empty on success. `done` runs on the look-up's thread.
  ///
  /// IPv4 first because venues publish both and a machine with a dead IPv6 route is common; the other addresses are
  /// tried on later attempts.
  static func resolve(
    _ host: String, done: @escaping @Sendable (Result<[String], ConnectionFailure>) -> Void
  ) {
    do {
      try VenueThread(name: "resolve") { done(lookUp(host)) }.detach()
    } catch {
      done(.failure(.nameNotResolved(host: host, detail: error.description)))
    }
  }

  /// The same on the caller's thread.
  static func lookUp(_ host: String) -> Result<[String], ConnectionFailure> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0, let first = list else {
      let detail = code == EAI_SYSTEM ? errnoText(errno) : String(cString: gai_strerror(code))
      return .failure(.nameNotResolved(host: host, detail: detail))
    }
    defer { freeaddrinfo(first) }
    var four: [String] = []
    var six: [String] = []
    // SAFETY: getaddrinfo's list is valid and nil-terminated until freed above.
    for entry in sequence(first: first, next: { $0.pointee.ai_next }) {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let length = socklen_t(text.count)
      let named = getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST)
      guard named == 0 else { continue }
      let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if entry.pointee.ai_family == AF_INET { four.append(address) } else { six.append(address) }
    }
    let all = four + six
    return all.isEmpty ? .failure(.nameNotResolved(host: host, detail: "no address")) : .success(all)
  }
}
