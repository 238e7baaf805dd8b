import Foundation
import Testing

@testable import Simulation

/// What requests are answered while a fault of REST holds.
@Suite struct RestFaultTests {
  static func ask(_ scenario: String, _ path: String = "/fapi/v1/ping", atMillis elapsed: Int64 = 1_000) throws
    -> (RestResponse, String)
  {
    let venue = try SimulatedVenue.scripted(scenario)
    let response = RestDeskTests.get(
      venue, path, ["symbol": "BTCUSDT"], at: venue.settings.startMillis + elapsed)
    return (response, String(decoding: response.body, as: UTF8.self))
  }

  static func retryAfter(_ response: RestResponse) -> String? {
    response.headers.first { $0.name == "Retry-After" }?.value
  }

  @Test func limitsComeInTheVenuesWords() throws {
    let (limited, text) = try Self.ask(#"{"fault":"http","status":429,"at_ms":0,"retry_after_s":7}"#)
    #expect(limited.status == 429 && Self.retryAfter(limited) == "7")
    #expect(text.hasPrefix(#"{"code":-1003,"msg":"Too many requests; current limit of IP(127.0.0.1) is 2400 "#))
    let (plain, _) = try Self.ask(#"{"fault":"http","status":429,"at_ms":0}"#)
    #expect(Self.retryAfter(plain) == nil)
  }

  @Test(
    arguments: [
      (#","retry_after_s":5"#, 6_000), (#","for_ms":30000"#, 30_000), ("", 121_000),
    ] as [(String, Int64)])
  func aBanSaysUntilWhen(more: String, untilMillis: Int64) throws {
    let (banned, text) = try Self.ask(#"{"fault":"http","status":418,"at_ms":0\#(more)}"#)
    #expect(banned.status == 418)
    #expect(text.contains("IP(127.0.0.1) banned until \(1_791_391_082_000 + untilMillis)."))
  }

  @Test(arguments: [403, 408, 500, 502, 503, 504]) func otherStatusesComeAsJSONOrAsAPage(status: Int) throws {
    let (response, text) = try Self.ask(#"{"fault":"http","status":\#(status),"at_ms":0,"retry_after_s":2}"#)
    #expect(response.status == status && Self.retryAfter(response) == "2")
    if [403, 502, 504].contains(status) {
      #expect(response.contentType == "text/html" && text.hasPrefix("<html>") && text.contains("<h1>\(status) "))
    } else {
      let codes = [408: "-1007", 500: "-1000", 503: "-1008"]
      #expect(response.contentType.hasPrefix("application/json"))
      #expect(text.hasPrefix(#"{"code":\#(codes[status] ?? ""),"msg":""#))
      #expect(throws: Never.self) { try JSONDecoder().decode(JSONValue.self, from: response.body.data) }
    }
  }

  @Test func aPageInsteadOfJSON() throws {
    let (page, text) = try Self.ask(#"{"fault":"html","at_ms":0}"#)
    #expect(page.status == 200 && page.contentType == "text/html" && text.hasPrefix("<html>"))
  }

  @Test(
    arguments: [
      (#""slow_body","bytes_per_s":50"#, .slow(bytesPerSecond: 50)), (#""stall""#, .never),
      (#""cut_body""#, .half),
    ] as [(String, RestResponse.Delivery)])
  func deliveryOnlyIsSpoiled(fault: String, delivery: RestResponse.Delivery) throws {
    let (response, text) = try Self.ask(#"{"fault":\#(fault),"at_ms":0}"#, "/fapi/v1/aggTrades")
    #expect(response.delivery == delivery && response.status == 200)
    #expect(try text == Self.ask("", "/fapi/v1/aggTrades").1)
  }

  @Test func pathsTimesAndTheLatestFaultDecide() throws {
    let scenario = """
      {"fault":"http","status":500,"at_ms":100,"path":"/fapi/v1/time"}
      {"fault":"http","status":502,"at_ms":200,"for_ms":50}
      {"fault":"http","status":504,"every_ms":1000,"for_ms":10,"path":"/fapi/v1/ping"}
      """
    func status(_ path: String, _ elapsed: Int64) throws -> Int {
      try Self.ask(scenario, "/fapi/v1/" + path, atMillis: elapsed).0.status
    }
    #expect(
      try [99, 100, 199, 200, 249, 250, 90_000].map { try status("time", $0) } == [200, 500, 500, 502, 502, 500, 500])
    #expect(
      try [9, 200, 250, 999, 1_000, 1_009, 1_010, 7_005].map { try status("ping", $0) }
        == [200, 502, 200, 200, 504, 504, 200, 504])
  }

  @Test func theClockIsOffFromThenOn() throws {
    let scenario = """
      {"fault":"clock_skew","ms":4000,"at_ms":10}
      {"fault":"clock_skew","ms":-9000,"at_ms":20,"for_ms":5}
      """
    for (elapsed, off) in [(9, 0), (10, 4_000), (20, -9_000), (25, 4_000)] as [(Int64, Int64)] {
      let text = try Self.ask(scenario, "/fapi/v1/time", atMillis: elapsed).1
      #expect(text == #"{"serverTime":\#(1_791_391_082_000 + elapsed + off)}"#)
    }
  }
}

extension [UInt8] {
  fileprivate var data: Data { Data(self) }
}
