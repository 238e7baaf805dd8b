/// What a stream carries.
public enum StreamKind: Hashable, Sendable {
  case aggTrade
  /// Every 3 s.
  case markPrice
  /// Every second.
  case markPriceSecond
  case bookTicker
  case kline(KlineInterval)

  /// The route that delivers it; on any other it is accepted and silent.
  public var route: StreamRoute {
    self == .bookTicker ? .open : .market
  }

  /// The kind after the `@` of a stream's name; nil for what this venue does not play.
  init?(_ name: Substring) {
    switch name {
    case "aggTrade": self = .aggTrade
    case "markPrice", "markPrice@3s": self = .markPrice
    case "markPrice@1s": self = .markPriceSecond
    case "bookTicker": self = .bookTicker
    default:
      guard name.hasPrefix("kline_"), let interval = KlineInterval(rawValue: String(name.dropFirst(6))) else {
        return nil
      }
      self = .kline(interval)
    }
  }
}

/// The part of the address that decides which streams a connection can deliver.
public enum StreamRoute: Sendable {
  /// `/market`.
  case market
  /// `/public`, and addresses without a route, which since 2026-04-23 deliver nothing else.
  case open
  /// `/private`: events of an account, which nobody has here. Clients open it beside the others, so it must open; no
  /// stream is delivered on it.
  case account
}

/// A stream's address: `<symbol in lower case>@<kind>`.
struct StreamName: Hashable {
  let symbol: String
  let kind: StreamKind

  init?(_ text: String) {
    guard let at = text.firstIndex(of: "@"), let kind = StreamKind(text[text.index(after: at)...]) else { return nil }
    symbol = String(text[..<at])
    self.kind = kind
  }
}
