import Foundation

/// The lively market's own movement: from one extreme to the next, several calm ATRs apart, in tens of seconds.
///
/// A larger random walk was tried on paper and rejected: it leaves a position open for minutes once in a few starts.
/// Between two extremes on opposite sides every position of a few ATRs meets its stop or its target.
struct Swing {
  private var beginMillis: Double
  private var endMillis: Double
  private var from = 0.0
  private var to: Double
  /// A calm ATR as a fraction of price.
  private let unit: Double

  init(startMillis: Int64, unit: Double, random: inout Random) {
    self.unit = unit
    beginMillis = Double(startMillis)
    endMillis = beginMillis + random.uniform(12_000, 18_000)
    to = random.uniform(2.5, 4) * unit * (random.unit() < 0.5 ? -1 : 1)
  }

  /// Distance from the calm price as a fraction of it, at a moment that does not run backwards.
  mutating func displacement(at timeMillis: Double, random: inout Random) -> Double {
    while timeMillis >= endMillis {
      beginMillis = endMillis
      endMillis += random.uniform(20_000, 34_000)
      from = to
      to = random.uniform(2.5, 5) * unit * (from > 0 ? -1 : 1)
    }
    let part = (timeMillis - beginMillis) / (endMillis - beginMillis)
    return from + (to - from) * 0.5 * (1 - cos(Double.pi * max(0, part)))
  }

  /// +1 on the way up, -1 on the way down.
  var direction: Double { to > from ? 1 : -1 }
}
