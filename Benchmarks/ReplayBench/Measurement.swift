import Foundation

/// Times of equal runs, and what they mean in trades and bytes a second.
struct Measurement {
  let name: String
  let trades: Int
  let bytes: Int64
  /// Ascending, at least one.
  let nanos: [Int64]

  var best: Int64 { nanos[0] }
  /// The lower one of an even count.
  var median: Int64 { nanos[(nanos.count - 1) / 2] }

  func tradesPerSecond(_ nanos: Int64) -> Double { Double(trades) * 1e9 / Double(nanos) }

  static let heading =
    "measurement               runs   best s  median s   best trades/s  median trades/s   best MB/s"

  var row: String {
    name.padding(toLength: 24, withPad: " ", startingAt: 0)
      + String(
        format: "%6d%9.3f%10.3f%16.0f%17.0f%12.1f", nanos.count, Double(best) / 1e9, Double(median) / 1e9,
        tradesPerSecond(best), tradesPerSecond(median), Double(bytes) * 1e3 / Double(best))
  }

  var json: String {
    "{\"name\":\"\(name)\",\"runs\":\(nanos.count),\"trades\":\(trades),\"bytes\":\(bytes),\"min_ns\":\(best),"
      + "\"p50_ns\":\(median),\"trades_per_second\":\(Int(tradesPerSecond(best)))}"
  }
}
