/// Columns a text takes on a terminal. The venue lists symbols in Chinese, two columns a character; tables that count
/// characters fall apart on them.
enum DisplayWidth {
  static func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + columns($1) }
  }

  /// The longest beginning that fits `limit` columns; an ellipsis tells of the cut. Control characters are dropped:
  /// texts of a venue must not move the cursor.
  static func fitted(_ text: String, _ limit: Int) -> String {
    let clean = String(String.UnicodeScalarView(text.unicodeScalars.filter { !isControl($0) }))
    if columns(clean) <= limit { return clean }
    guard limit > 0 else { return "" }
    var kept = String.UnicodeScalarView()
    var used = 0
    for scalar in clean.unicodeScalars {
      let width = columns(scalar)
      if used + width > limit - 1 { break }
      kept.append(scalar)
      used += width
    }
    return String(kept) + "…"
  }

  /// `text` in exactly `width` columns.
  static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let text = fitted(text, width)
    let gap = String(repeating: " ", count: max(0, width - columns(text)))
    return right ? gap + text : text + gap
  }

  static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x7F { return isControl(scalar) ? 0 : 1 }
    if isControl(scalar) || isCombining(scalar) { return 0 }
    return isWide(scalar.value) ? 2 : 1
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }

  private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: true
    default: false
    }
  }

  /// The blocks of Unicode's East Asian Width W and F that fonts draw wide.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
