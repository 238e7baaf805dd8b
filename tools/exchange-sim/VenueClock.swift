import Foundation

/// The venue's clock: the wall clock at the start, then monotonic. A stepped host clock must not turn back trades.
struct VenueClock {
  let startMillis: Int64
  private let origin: ContinuousClock.Instant

  init() {
    startMillis = Int64(Date().timeIntervalSince1970 * 1_000)
    origin = ContinuousClock.now
  }

  /// Milliseconds since the epoch.
  var nowMillis: Int64 {
    let (seconds, attoseconds) = (ContinuousClock.now - origin).components
    return startMillis + seconds * 1_000 + attoseconds / 1_000_000_000_000_000
  }
}
