import Foundation

/// What a client names its message by; the answer carries it back.
///
/// The venue's page knows only unsigned integers, yet the venue's own Python connector (18.1.0) sends UUIDs on these
/// streams. Any other string is refused as the page says: a client that sends one would learn of it too late.
enum RequestID: Equatable {
  case unsigned(UInt64)
  case uuid(String)

  init?(_ value: JSONValue?) {
    switch value {
    case .unsigned(let number)?: self = .unsigned(number)
    // Foundation takes nothing else than 8-4-4-4-12 hexadecimal digits; kept as sent, as a client compares the text.
    case .string(let text)? where UUID(uuidString: text) != nil: self = .uuid(text)
    default: return nil
    }
  }

  func append(to out: inout WireText) {
    switch self {
    case .unsigned(let number): out.text(String(number))
    case .uuid(let text): out.quoted(text)
    }
  }
}
