/// Growing pauses between attempts, with jitter so that many clients of a restarted venue don't return in step.
///
/// Each pause is drawn evenly from the upper half of 1, 2, 4 .. 30 seconds, so it is never below half a second
/// ("equal jitter"; full jitter may retry at once and breach the venue's limit on connections).
struct Backoff {
  static let firstCeilingMillis: Int64 = 1_000
  static let lastCeilingMillis: Int64 = 30_000

  private(set) var attempts = 0
  private var random: any RandomNumberGenerator

  init(random: any RandomNumberGenerator = SystemRandomNumberGenerator()) {
    self.random = random
  }

  /// The pause before the next attempt.
  mutating func nextMillis() -> Int64 {
    let ceiling = min(Self.lastCeilingMillis, Self.firstCeilingMillis << Int64(min(attempts, 10)))
    attempts += 1
    return Int64.random(in: ceiling / 2...ceiling, using: &random)
  }

  /// The last attempt held.
  mutating func reset() { attempts = 0 }
}
