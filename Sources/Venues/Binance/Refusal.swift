import Foundation

/// What an answer other than 200 means: the body that goes with it, as far as the venue tells.
struct Refusal: Decodable {
  var code: Int?
  var msg: String?

  /// `nowMillis`: the venue's clock.
  static func error(_ operation: String, _ answer: RestAnswer, nowMillis: Int64) -> VenueError {
    let told = try? JSONDecoder().decode(Refusal.self, from: Data(answer.body))
    // 403 and gateway errors come as HTML.
    let plain = String(decoding: answer.body.prefix(120), as: UTF8.self).split(whereSeparator: \.isNewline).first
    let message = told?.msg ?? plain.map(String.init) ?? "no message"
    // 429 asks to wait, 418 is the ban for not waiting, 403 the web firewall's.
    guard [429, 418, 403].contains(answer.status) else {
      return .rejected(operation: operation, status: answer.status, code: told?.code ?? 0, message: message)
    }
    let defaultMillis: Int64 = answer.status == 418 ? 120_000 : 60_000
    let waitMillis = answer.retryAfterMillis ?? banMillis(message, nowMillis: nowMillis) ?? defaultMillis
    return .rateLimited(
      operation: operation, status: answer.status, retryAfterMillis: waitMillis, message: message)
  }

  /// From `.. IP(..) banned until 1789478299014. ..`, at most three days.
  private static func banMillis(_ message: String, nowMillis: Int64) -> Int64? {
    guard let range = message.range(of: "banned until "),
      let untilMillis = Int64(message[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
    else { return nil }
    return max(1_000, min(untilMillis - nowMillis, 3 * 86_400_000))
  }
}
