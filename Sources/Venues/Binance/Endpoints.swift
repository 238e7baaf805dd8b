import Foundation

/// A host, a port and what stands before every path.
public struct VenueAddress: Sendable, Equatable, CustomStringConvertible {
  public var host: String
  public var port: UInt16
  /// Empty, or starts with a slash and doesn't end with one.
  public var prefix: String

  public init(host: String, port: UInt16 = 443, prefix: String = "") {
    self.host = host
    self.port = port
    self.prefix = prefix
  }

  /// `https://host[:port][/prefix]` or the same with `wss`. Only TLS: the venue offers nothing else.
  public init(url: String) throws(VenueError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host, !host.isEmpty,
      ["https", "wss"].contains(scheme.lowercased()), parts.query == nil, parts.fragment == nil,
      parts.user == nil
    else { throw .settings("base URL \(url): expected https://host[:port] or wss://host[:port]") }
    guard !host.contains(":") else {
      throw .settings("base URL \(url): IPv6 literals are not supported; use a host name or an IPv4 address")
    }
    guard let port = UInt16(exactly: parts.port ?? 443), port > 0 else {
      throw .settings("base URL \(url): the port is not within 1...65535")
    }
    let path = parts.percentEncodedPath
    self.init(host: host, port: port, prefix: path.hasSuffix("/") ? String(path.dropLast()) : path)
  }

  public var description: String { "\(host):\(port)\(prefix)" }
}

/// Where Binance USD-M futures are reached: REST and streams.
public struct BinanceEndpoints: Sendable, Equatable {
  public var rest: VenueAddress
  public var streams: VenueAddress

  public init(rest: VenueAddress, streams: VenueAddress) {
    self.rest = rest
    self.streams = streams
  }

  /// Any two base URLs, as a configuration gives them.
  public init(restURL: String, streamURL: String) throws(VenueError) {
    self.init(rest: try VenueAddress(url: restURL), streams: try VenueAddress(url: streamURL))
  }

  public static let production = BinanceEndpoints(
    rest: VenueAddress(host: "fapi.binance.com"), streams: VenueAddress(host: "fstream.binance.com"))

  public static let demo = BinanceEndpoints(
    rest: VenueAddress(host: "demo-fapi.binance.com"), streams: VenueAddress(host: "demo-fstream.binance.com"))

  /// A simulated venue that serves REST and streams on one port.
  public static func sim(host: String, port: UInt16) -> BinanceEndpoints {
    let address = VenueAddress(host: host, port: port)
    return BinanceEndpoints(rest: address, streams: address)
  }

  /// Combined streams of trades, mark prices and liquidations. Since 2026-04-23 the unrouted `/stream` is silent on
  /// them, without an error.
  public var marketPath: String { streams.prefix + "/market/stream" }

  /// Combined streams of book tickers and depth.
  public var publicPath: String { streams.prefix + "/public/stream" }
}
