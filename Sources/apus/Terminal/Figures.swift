import Domain
import Foundation

/// Numbers as people read them.
enum Figures {
  static let absent = "-"

  static func price(_ units: Int64?) -> String { units.map { FixedPoint.text($0) } ?? absent }

  /// A computed price with as many decimals as five significant digits need.
  static func price(_ value: Double?) -> String {
    guard let value, value.isFinite else { return absent }
    let magnitude = abs(value)
    let decimals = magnitude >= 1000 ? 2 : magnitude >= 10 ? 3 : magnitude >= 0.1 ? 5 : 8
    return fixed(value, decimals)
  }

  /// A flow of quantity, signed and short: `+1.23k`.
  static func flow(_ units: Int128?) -> String {
    guard let units else { return absent }
    let value = Double(units) / 1e8
    let magnitude = abs(value)
    let (scaled, suffix) =
      magnitude >= 1e9
      ? (value / 1e9, "G")
      : magnitude >= 1e6
        ? (value / 1e6, "M")
        : magnitude >= 1e4 ? (value / 1e3, "k") : (value, "")
    return signed(scaled, abs(scaled) >= 100 ? 1 : 2) + suffix
  }

  static func percent(_ fraction: Double?, _ decimals: Int = 2, signed: Bool = false) -> String {
    guard let fraction, fraction.isFinite else { return absent }
    return (signed ? Self.signed(fraction * 100, decimals) : fixed(fraction * 100, decimals)) + "%"
  }

  static func score(_ score: Double?) -> String { score.map { fixed($0, 1) } ?? absent }

  static func signed(_ value: Double?, _ decimals: Int) -> String {
    guard let value, value.isFinite else { return absent }
    return (value >= 0 ? "+" : "") + fixed(value, decimals)
  }

  static func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

  /// `12s`, `3m05s`, `4h12m`, `2d03h`.
  static func duration(_ millis: Int64?) -> String {
    guard let millis else { return absent }
    let seconds = max(0, millis) / 1000
    switch seconds {
    case ..<60: return millis < 10_000 ? fixed(Double(max(0, millis)) / 1000, 1) + "s" : "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d\(two(seconds / 3600 % 24))h"
    }
  }

  static func nanos(_ nanos: UInt64?) -> String {
    guard let nanos else { return absent }
    switch nanos {
    case ..<10_000: return "\(nanos) ns"
    case ..<10_000_000: return fixed(Double(nanos) / 1e3, 1) + " us"
    default: return fixed(Double(nanos) / 1e6, 1) + " ms"
    }
  }

  /// Time of day, UTC.
  static func time(_ millis: Int64) -> String {
    let seconds = ((millis / 1000) % 86_400 + 86_400) % 86_400
    return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  /// `####....` of a share 0...1.
  static func bar(_ share: Double, width: Int) -> String {
    let filled = Int((min(1, max(0, share.isFinite ? share : 0)) * Double(width)).rounded(.down))
    return String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
