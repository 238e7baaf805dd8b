/// A candle length of the venue. Weeks begin on Monday; months are not served, as the tape never holds one.
public enum KlineInterval: String, CaseIterable, Sendable {
  case minute1 = "1m"
  case minute3 = "3m"
  case minute5 = "5m"
  case minute15 = "15m"
  case minute30 = "30m"
  case hour1 = "1h"
  case hour2 = "2h"
  case hour4 = "4h"
  case hour6 = "6h"
  case hour8 = "8h"
  case hour12 = "12h"
  case day1 = "1d"
  case day3 = "3d"
  case week1 = "1w"

  /// Length in minutes.
  public var minutes: Int64 {
    switch self {
    case .minute1: 1
    case .minute3: 3
    case .minute5: 5
    case .minute15: 15
    case .minute30: 30
    case .hour1: 60
    case .hour2: 120
    case .hour4: 240
    case .hour6: 360
    case .hour8: 480
    case .hour12: 720
    case .day1: 1_440
    case .day3: 4_320
    case .week1: 10_080
    }
  }

  /// Length in ms.
  public var millis: Int64 { minutes * 60_000 }

  /// The start of the candle that a moment lies in.
  public func start(of timeMillis: Int64) -> Int64 {
    // The epoch was a Thursday: weeks are shifted by three days.
    let shift: Int64 = self == .week1 ? 3 * 86_400_000 : 0
    return timeMillis - (timeMillis + shift) % millis
  }
}
