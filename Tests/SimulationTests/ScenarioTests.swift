import Testing

@testable import Simulation

/// A scenario's file: what each line means, and every error of it at once.
@Suite struct ScenarioTests {
  static func parse(_ text: String) throws(Scenario.Malformed) -> [Fault] {
    try Scenario(Array(text.utf8), symbols: ["BTCUSDT", "ETHUSDT"]).faults
  }

  static func problems(_ text: String) -> [String] {
    do throws(Scenario.Malformed) {
      _ = try parse(text)
      return []
    } catch {
      return error.problems.map { "\($0.line): \($0.text)" }
    }
  }

  @Test func linesAreFaultsAndCommentsAreNot() throws {
    let faults = try Self.parse(
      """
      # a bad day

      {"fault":"cut","every_ms":5000}\r
        {"fault":"silent","at_ms":0,"for_ms":70,"symbol":"BTCUSDT"}
      {"fault":"skip","at_event":7}
      {"fault":"reorder","at_event":9,"count":3,"symbol":"ETHUSDT"}
      {"fault":"http","status":429,"retry_after_s":3,"at_ms":1,"path":"/fapi/v1/aggTrades"}
      {"fault":"clock_skew","ms":-1500,"at_ms":2}
      {"fault":"delist","at_ms":8,"symbol":"ETHUSDT"}
      """)
    #expect(
      faults == [
        Fault(kind: .cut, trigger: .every(millis: 5_000)),
        Fault(kind: .silent, trigger: .at(millis: 0), forMillis: 70, symbol: "BTCUSDT"),
        Fault(kind: .frame(.skip, count: 1), trigger: .trade(number: 7)),
        Fault(kind: .frame(.reorder, count: 3), trigger: .trade(number: 9), symbol: "ETHUSDT"),
        Fault(
          kind: .rest(.http(status: 429, retryAfterSeconds: 3), path: "/fapi/v1/aggTrades"), trigger: .at(millis: 1)),
        Fault(kind: .clockSkew(millis: -1_500), trigger: .at(millis: 2)),
        Fault(kind: .delist, trigger: .at(millis: 8), symbol: "ETHUSDT"),
      ])
  }

  @Test func everyFaultOfTheTableIsKnown() throws {
    let lines =
      ["cut", "close", "half_open"].map { #"{"fault":"\#($0)","at_event":1,"symbol":"BTCUSDT"}"# }
      + ["silent", "refuse"].map { #"{"fault":"\#($0)","every_ms":9,"for_ms":3}"# }
      + [
        "skip", "duplicate", "contradict", "truncate", "malformed", "price_x10", "unknown_fields", "oversized",
      ].map { #"{"fault":"\#($0)","at_event":1,"count":2}"# }
      + [#"{"fault":"contradict","at_event":1,"first":true}"#]
      + [#"{"fault":"time_ahead","at_event":1,"ms":60000}"#, #"{"fault":"id_ahead","at_event":1,"by":7}"#]
      + ["NaN", "1e400", "-1", "0", "0.000000001"].map { #"{"fault":"bad_number","number":"\#($0)","at_event":1}"# }
      + [403, 408, 418, 429, 500, 502, 503, 504].map { #"{"fault":"http","status":\#($0),"at_ms":1}"# }
      + ["html", "stall", "cut_body"].map { #"{"fault":"\#($0)","at_ms":1,"for_ms":2,"path":"/fapi/v1/time"}"# }
      + [#"{"fault":"refuse_stream","symbol":"ETHUSDT","at_ms":1,"for_ms":2}"#]
      + [#"{"fault":"slow_body","bytes_per_s":100,"at_ms":1}"#, #"{"fault":"list","at_ms":1,"symbol":"BTCUSDT"}"#]
    #expect(try Self.parse(lines.joined(separator: "\n")).count == lines.count)
  }

  @Test func everyErrorIsToldWithItsLine() {
    let text = """
      {"fault":"cut","at_ms":1}
      nonsense
      # a comment

      {"fault":"cut"}
      {"fault":"http","status":404,"colour":"red"}
      {"fault":"skip","at_event":1,"symbol":"NOPE","at":2}
      """
    #expect(
      Self.problems(text) == [
        "2: no JSON object", "5: cut needs exactly one of at_ms, every_ms, at_event",
        "6: status 404: one of 403, 408, 418, 429, 500, 502, 503, 504",
        "6: http needs exactly one of at_ms, every_ms", #"6: http has no key "colour""#,
        #"7: symbol "NOPE" is not one of the market's"#, #"7: skip has no key "at""#,
      ])
  }

  @Test(arguments: [
    ("[1]", "no JSON object"), ("{}", "fault is missing"), (#"{"fault":"x","at_ms":1}"#, #"unknown fault "x""#),
    (#"{"fault":7}"#, "fault is a text"),
    (#"{"fault":"cut","at_ms":1,"every_ms":1}"#, "cut needs exactly one of at_ms, every_ms, at_event"),
    (#"{"fault":"cut","at_ms":1,"for_ms":1}"#, #"cut has no key "for_ms""#),
    (#"{"fault":"cut","at_ms":1,"symbol":"BTCUSDT"}"#, #"cut has no key "symbol""#),
    (#"{"fault":"cut","at_ms":-1}"#, "at_ms is a whole number from 0 to 1000000000000"),
    (#"{"fault":"cut","at_ms":1.5}"#, "at_ms is a whole number from 0 to 1000000000000"),
    (#"{"fault":"cut","every_ms":0}"#, "every_ms is a whole number from 1 to 1000000000000"),
    (#"{"fault":"cut","at_event":0}"#, "at_event is a whole number from 1 to 1000000000000000"),
    (#"{"fault":"skip","at_ms":1}"#, "skip needs at_event"),
    (#"{"fault":"skip","at_event":1,"count":0}"#, "count is a whole number from 1 to 1000000"),
    (#"{"fault":"reorder","at_event":1}"#, "count is missing"),
    (#"{"fault":"reorder","at_event":1,"count":1}"#, "count is a whole number from 2 to 1000000"),
    (#"{"fault":"contradict","at_event":1,"first":1}"#, "first is true or false"),
    (#"{"fault":"bad_number","at_event":1}"#, "number is missing"),
    (#"{"fault":"time_ahead","at_event":1}"#, "ms is missing"),
    (#"{"fault":"id_ahead","at_event":1,"by":0}"#, "by is a whole number from 1 to 1000000000000000"),
    (#"{"fault":"bad_number","at_event":1,"number":"7"}"#, #"number "7": one of NaN, 1e400, -1, 0, 0.000000001"#),
    (#"{"fault":"skip","at_event":1,"symbol":"NOPE"}"#, #"symbol "NOPE" is not one of the market's"#),
    (#"{"fault":"stall","at_event":1}"#, "stall needs exactly one of at_ms, every_ms"),
    (#"{"fault":"http","at_ms":1}"#, "status is missing"),
    (#"{"fault":"slow_body","at_ms":1}"#, "bytes_per_s is missing"),
    (#"{"fault":"html","at_ms":1,"path":"fapi"}"#, #"path "fapi" does not begin with /"#),
    (#"{"fault":"clock_skew","at_ms":1}"#, "ms is missing"), (#"{"fault":"list","at_ms":1}"#, "symbol is missing"),
    (#"{"fault":"list","every_ms":1,"symbol":"BTCUSDT"}"#, "list needs at_ms"),
  ])
  func whatIsWrongIsSaid(line: String, problem: String) {
    #expect(Self.problems(line) == ["1: " + problem])
  }
}
