/// What becomes of a request while a fault of REST holds.
enum RestFault: Equatable, Sendable {
  /// Answered with this status.
  case http(status: Int, retryAfterSeconds: Int64?)
  /// Answered 200 with a page of HTML.
  case html
  case slowBody(bytesPerSecond: Int64)
  /// Never answered.
  case stall
  /// The connection ends after half of the body.
  case cutBody
}

extension RestFault {
  /// The answer instead of the true one. `untilMillis` is when the fault ends, nil when it does not.
  func spoiled(
    _ truth: RestResponse, client: String, weightLimit: Int64, nowMillis: Int64, untilMillis: Int64?
  ) -> RestResponse {
    var response = truth
    switch self {
    case .http(let status, let retrySeconds):
      let banMillis = retrySeconds.map { nowMillis + $0 * 1_000 } ?? untilMillis ?? nowMillis + 120_000
      response.status = status
      switch status {
      case 429: response.body = RestEncoder.tooManyRequests(client, weightLimit: weightLimit)
      case 418: response.body = RestEncoder.banned(client, untilMillis: banMillis)
      case 403, 502, 504:
        // They come from what stands before the venue, which knows no weights.
        return RestResponse(
          status: status, body: Self.page(Self.titles[status] ?? ""),
          headers: Self.retryAfter(retrySeconds), contentType: Self.htmlType)
      default: response.body = Self.refusal(status)
      }
      response.headers = truth.headers.filter { $0.name != "Retry-After" } + Self.retryAfter(retrySeconds)
    case .html:
      return RestResponse(status: 200, body: Self.page("Scheduled maintenance"), contentType: Self.htmlType)
    case .slowBody(let pace): response.delivery = .slow(bytesPerSecond: pace)
    case .stall: response.delivery = .never
    case .cutBody: response.delivery = .half
    }
    return response
  }

  private static let htmlType = "text/html"
  private static let titles = [403: "403 Forbidden", 502: "502 Bad Gateway", 504: "504 Gateway Time-out"]

  private static func retryAfter(_ seconds: Int64?) -> [RestResponse.Header] {
    seconds.map { [.init(name: "Retry-After", value: String($0))] } ?? []
  }

  private static func page(_ title: String) -> [UInt8] {
    Array(
      """
      <html>\r
      <head><title>\(title)</title></head>\r
      <body>\r
      <center><h1>\(title)</h1></center>\r
      </body>\r
      </html>\r

      """.utf8)
  }

  private static func refusal(_ status: Int) -> [UInt8] {
    switch status {
    case 408:
      RestEncoder.error(
        -1007,
        "Timeout waiting for response from backend server. Send status unknown; execution status unknown.")
    case 503:
      RestEncoder.error(
        -1008,
        "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.")
    default: RestEncoder.error(-1000, "An unknown error occurred while processing the request.")
    }
  }
}
