/// A stream connection's address: `[/market|/public|/private]/ws[/<stream>...]` or `[...]/stream[?streams=a/b]`.
struct StreamAddress: Equatable {
  let route: StreamRoute
  let isCombined: Bool
  let streams: [String]

  init?(path: String, streams query: String?) {
    var parts = path.split(separator: "/").map(String.init)
    switch parts.first {
    case "market":
      route = .market
      parts.removeFirst()
    case "public":
      route = .open
      parts.removeFirst()
    case "private":
      route = .account
      parts.removeFirst()
    default: route = .open
    }
    switch parts.first {
    case "ws":
      isCombined = false
      streams = Array(parts.dropFirst())
    case "stream" where parts.count == 1:
      isCombined = true
      streams = query.map { $0.split(separator: "/").map(String.init) } ?? []
    default: return nil
    }
  }
}
