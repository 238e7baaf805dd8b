/// Growing pauses between attempts, with jitter so that many clients of a restarted venue don't return in step.
///
/// The first is short, since most cuts concern one connection only and every second of one is a gap to fill; from then on
/// each is drawn evenly from the upper half of 1, 2, 4 .. 30 seconds ("equal jitter"; full jitter may retry at once, again
/// and again, and breach the venue's limit on connections).
struct Backoff {
  static let quickMillis: ClosedRange<Int64> = 100...250
  static let firstCeilingMillis: Int64 = 1_000
  static let lastCeilingMillis: Int64 = 30_000

  private(set) var attempts = 0
  private var random: any RandomNumberGenerator

  init(random: any RandomNumberGenerator = SystemRandomNumberGenerator()) {
    self.random = random
  }

  /// The pause before the next attempt.
  mutating func nextMillis() -> Int64 {
    defer { attempts += 1 }
    if attempts == 0 { return Int64.random(in: Self.quickMillis, using: &random) }
    let ceiling = min(Self.lastCeilingMillis, Self.firstCeilingMillis << Int64(min(attempts - 1, 10)))
    return Int64.random(in: ceiling / 2...ceiling, using: &random)
  }

  /// The last attempt held.
  mutating func reset() { attempts = 0 }
}
