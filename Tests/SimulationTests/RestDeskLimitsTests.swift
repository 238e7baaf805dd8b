import Testing

@testable import Simulation

/// Whatever a client writes into a request, the venue answers it; a trap would end the venue for everyone.
@Suite struct RestDeskLimitsTests {
  static let extremes: [String] =
    [
      "", " ", "-", "+", "0", "-0", "-1", "1", "1.5", "1e18", "abc", "0x10", "\0", "\u{661}", "NaN",
      "99999999999999", "100000000000000", "100000000000001", "\(Int64.max)", "\(Int64.max - 1)", "\(Int64.min)",
      "\(Int64.min + 1)", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    ] + [String(repeating: "9", count: 60_000), String(repeating: "%", count: 60_000)]

  static let paths = ["aggTrades", "klines", "premiumIndex", "exchangeInfo", "time", "ping"].map { "/fapi/v1/" + $0 }
  static let names = ["symbol", "interval", "limit", "fromId", "startTime", "endTime"]

  static func venue() -> SimulatedVenue { .small(change: { $0.weightLimit = 0 }) }

  static func answers(_ venue: SimulatedVenue, _ path: String, _ parameters: [String: String]) -> Bool {
    let response = RestDeskTests.get(venue, path, parameters)
    return !response.body.isEmpty && [200, 400].contains(response.status)
  }

  @Test(arguments: paths) func everyExtremeOfEveryParameterIsAnswered(path: String) {
    let venue = Self.venue()
    let plain = ["symbol": "BTCUSDT", "interval": "5m"]
    for name in Self.names {
      for value in Self.extremes {
        #expect(Self.answers(venue, path, [name: value]), "\(name)=\(value.prefix(40))")
        #expect(
          Self.answers(venue, path, plain.merging([name: value]) { $1 }), "\(name)=\(value.prefix(40)), the rest good")
      }
    }
  }

  @Test(arguments: ["/fapi/v1/aggTrades", "/fapi/v1/klines"])
  func everyPairOfExtremesIsAnswered(path: String) {
    let venue = Self.venue()
    let values = ["", "-1", "0", "1", "100000000000000", "\(Int64.max)", "\(Int64.min)"]
    let pairs = [("startTime", "endTime"), ("startTime", "limit"), ("endTime", "limit"), ("fromId", "limit")]
    for (first, second) in pairs {
      for left in values {
        for right in values {
          for interval in ["1m", "1w"] {
            let parameters = ["symbol": "BTCUSDT", "interval": interval, first: left, second: right]
            #expect(Self.answers(venue, path, parameters), "\(first)=\(left) \(second)=\(right)")
          }
        }
      }
    }
  }

  @Test(arguments: ["/fapi/v1/aggTrades", "/fapi/v1/klines"], ["startTime", "endTime"])
  func timesOutsideTheServedOnesAreNotValid(path: String, name: String) {
    let venue = Self.venue()
    for value in ["0", "-1", "100000000000001", "\(Int64.max)", "\(Int64.min)"] {
      let response = RestDeskTests.get(venue, path, ["symbol": "BTCUSDT", "interval": "5m", name: value])
      #expect(response.status == 400)
      #expect(
        String(decoding: response.body, as: UTF8.self)
          == "{\"code\":-1130,\"msg\":\"Data sent for parameter '\(name)' is not valid.\"}")
    }
    let latest = ["symbol": "BTCUSDT", "interval": "5m", name: "100000000000000"]
    #expect(RestDeskTests.get(venue, path, latest).status == 200)
  }

  @Test func negativeIdsAreNotValidAndIdsPastTheNewestHaveNoTrades() {
    let venue = Self.venue()
    let negative = RestDeskTests.get(venue, "/fapi/v1/aggTrades", ["symbol": "BTCUSDT", "fromId": "-1"])
    #expect(negative.status == 400)
    #expect(String(decoding: negative.body, as: UTF8.self).hasPrefix("{\"code\":-1130,"))
    let past = ["symbol": "BTCUSDT", "fromId": "\(Int64.max)", "limit": "1000"]
    #expect(RestDeskTests.get(venue, "/fapi/v1/aggTrades", past).body == Array("[]".utf8))
  }
}
