import Testing

@testable import Venues

/// How long a refusal asks to wait.
@Suite struct RetryAfterTests {
  private func millis(_ retryAfter: String, date: String? = nil, wallMillis: Int64 = 0) -> Int64? {
    let headers = [(name: "retry-after", value: retryAfter)] + (date.map { [(name: "date", value: $0)] } ?? [])
    return RetryAfter.millis(
      HttpResponse(status: 429, headers: headers, body: [], keepsAlive: true), wallMillis: wallMillis)
  }

  @Test func secondsAreBounded() {
    #expect(millis("7") == 7_000 && millis("-7") == 0 && millis("9223372036854775807") == 1_000_000_000)
  }

  /// From the answer's own date, since the two come from one clock; from ours when there is none.
  @Test func aDateIsATime() {
    let until = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(millis(until, date: "Sun, 06 Nov 1994 08:49:07 GMT", wallMillis: 1) == 30_000)
    #expect(millis(until, date: "Sun, 06 Nov 1994 09:00:00 GMT") == 0, "it is over")
    #expect(millis(until, wallMillis: 784_111_777_000 - 1_500) == 1_500)
    #expect(millis("Fri, 31 Dec 9999 23:59:59 GMT", wallMillis: 0) == 1_000_000_000)
  }

  @Test(arguments: ["", "soon", "1.5", "Sun, 06 Nov", "Sun, 99 Nov 1994 08:49:37 GMT"])
  func anythingElseIsNone(text: String) { #expect(millis(text) == nil) }
}
