import Testing

@testable import Venues

struct EndpointsTests {
  @Test func baseUrlsAreTakenApart() throws {
    #expect(try VenueAddress(url: "https://fapi.binance.com") == VenueAddress(host: "fapi.binance.com"))
    let custom = try BinanceEndpoints(restURL: "https://h:8443/", streamURL: "wss://h:9443/sub/")
    #expect(custom.rest == VenueAddress(host: "h", port: 8_443))
    #expect(custom.marketPath == "/sub/market/stream")
    #expect(BinanceEndpoints.production.publicPath == "/public/stream")
    #expect(BinanceEndpoints.sim(host: "127.0.0.1", port: 1).marketPath == "/market/stream")
  }

  @Test(arguments: ["http://h", "h:443", "wss://", "wss://h?x=1", "wss://[::1]:8443", "wss://h:0", "https://h:99999"])
  func otherUrlsAreErrors(url: String) {
    #expect(throws: VenueError.self) { try VenueAddress(url: url) }
  }
}
