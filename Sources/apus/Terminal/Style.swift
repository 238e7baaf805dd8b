import Foundation

/// Colours, or none: a file or a pipe gets plain text, and so does everybody who sets NO_COLOR.
struct Style: Sendable, Equatable {
  var colours: Bool

  static let plain = Style(colours: false)

  /// What suits a file descriptor of this process.
  static func detected(
    _ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Style {
    let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    return Style(colours: isatty(descriptor) == 1 && !refused)
  }

  func red(_ text: String) -> String { coloured(text, "31") }
  func green(_ text: String) -> String { coloured(text, "32") }
  func yellow(_ text: String) -> String { coloured(text, "33") }
  func bold(_ text: String) -> String { coloured(text, "1") }
  func dim(_ text: String) -> String { coloured(text, "2") }

  private func coloured(_ text: String, _ code: String) -> String {
    colours && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
