import Foundation

/// How long an answer asks to wait: `Retry-After` in seconds, or as the date when it may be asked again (RFC 9110, 10.2.3).
enum RetryAfter {
  /// Some twelve days; a budget bounds it further.
  private static let mostMillis: Int64 = 1_000_000_000

  /// nil without the header, or when it is neither. A date counts from the answer's own `Date`, since the two come from one clock; without
  /// that one from `wallMillis`.
  static func millis(_ response: HttpResponse, wallMillis: Int64) -> Int64? {
    guard let text = response.header("retry-after") else { return nil }
    if let seconds = Int64(text) { return max(0, min(seconds, mostMillis / 1_000)) * 1_000 }
    guard let untilMillis = dateMillis(text) else { return nil }
    let nowMillis = response.header("date").flatMap(dateMillis) ?? wallMillis
    return max(0, min(untilMillis - nowMillis, mostMillis))
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; the two obsolete forms that the standard still has are not sent by anybody.
  private static func dateMillis(_ text: String) -> Int64? {
    // Made anew for each: an answer with a date is rare, and a formatter is not for several threads.
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return format.date(from: text).map { Int64($0.timeIntervalSince1970) * 1_000 }
  }
}
