import Foundation

/// One aggTrades archive of data.binance.vision: a symbol's day or month.
public struct ArchiveFile: Sendable, Equatable {
  public var symbol: String
  /// `2026-09-01`, or `2026-09`.
  public var period: String

  public init(symbol: String, period: String) {
    self.symbol = symbol
    self.period = period
  }

  public var isMonthly: Bool { period.utf8.count == 7 }

  /// `BTCUSDT-aggTrades-2026-09-01.zip`.
  public var name: String { "\(symbol)-aggTrades-\(period).zip" }

  /// Below the base URL, percent-encoded: some symbols are not ASCII.
  var path: String {
    let escaped = RestClient.escaped(symbol)
    return "/data/futures/um/\(isMonthly ? "monthly" : "daily")/aggTrades/\(escaped)/"
      + "\(escaped)-aggTrades-\(period).zip"
  }

  /// Whether `symbol` can stand in a file's name and be asked for.
  public static func isUsable(symbol: String) -> Bool {
    !symbol.isEmpty && symbol.utf8.count <= 96 && !symbol.hasPrefix(".")
      && !symbol.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 || $0.value == 0x7F }
  }
}

/// Days and months of UTC, as archives are named.
public enum ArchivePeriods {
  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  /// From `first` to `last`, both with it; nil when one is no date (`2026-09-01`; months take `2026-09` too) or `last`
  /// comes before `first`.
  public static func all(from first: String, to last: String, monthly: Bool) -> [String]? {
    guard var at = date(first, monthly: monthly), let end = date(last, monthly: monthly), at <= end else { return nil }
    var periods: [String] = []
    while at <= end {
      periods.append(text(at, monthly: monthly))
      guard let next = calendar.date(byAdding: monthly ? .month : .day, value: 1, to: at) else { return nil }
      at = next
    }
    return periods
  }

  private static func date(_ text: String, monthly: Bool) -> Date? {
    let fields = text.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.count == 3 || (monthly && fields.count == 2),
      zip(fields, [4, 2, 2]).allSatisfy({ $0.utf8.count == $1 && $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let numbers = fields.compactMap { Int($0) } + (fields.count == 2 ? [1] : [])
    // A month is its first day, whichever was named.
    for day in monthly ? [numbers[2], 1] : [numbers[2]] {
      let parts = DateComponents(calendar: calendar, year: numbers[0], month: numbers[1], day: day)
      guard parts.isValidDate, numbers[0] >= 1970, let date = parts.date else { return nil }
      if !monthly || day == 1 { return date }
    }
    return nil
  }

  private static func text(_ date: Date, monthly: Bool) -> String {
    let parts = calendar.dateComponents([.year, .month, .day], from: date)
    let words = [parts.year ?? 0, parts.month ?? 0, parts.day ?? 0].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return words.prefix(monthly ? 2 : 3).joined(separator: "-")
  }
}
