/// Which way a market leans, and when: regimes of hours in which buyers or sellers press.
///
/// The regime at the start covers the six hours before it and at least 75 minutes after it, and the day before is
/// chosen so that its flow adds up the same way: a strategy that looks for agreement over 30 minutes, 4 and 24 hours
/// finds it when the engine starts, without one price being scripted.
public struct RegimeSchedule: Sendable {
  /// One regime.
  public struct Regime: Equatable, Sendable {
    public var endMillis: Int64
    /// +1 buyers press, -1 sellers press.
    public var direction: Double
    /// Volatility against the market's normal one.
    public var volatility: Double
  }

  /// +1 or -1 at the start.
  public let openingDirection: Double
  private var regimes: [Regime]
  private var random: Random
  private var position = 0

  public init(seed: UInt64, stream: UInt64, startMillis: Int64, historyMillis: Int64) {
    random = Random(seed: seed ^ 0x5EED_0F_4E61_4E5, stream: stream)
    let hour = 3_600_000.0
    // Neighbouring symbols lean opposite ways: a run over two of them shows long and short.
    let direction = (seed ^ stream) % 2 == 0 ? 1.0 : -1.0
    openingDirection = direction
    let end = startMillis + Int64(random.uniform(1.25, 2.5) * hour)
    var backwards = [Regime(endMillis: end, direction: direction, volatility: 1)]
    var begin = startMillis - Int64(6 * hour)
    var balance = 6 * hour
    while begin > startMillis - historyMillis {
      let length = random.uniform(1.5, 4) * hour
      var side = random.unit() < 0.5 ? -1.0 : 1.0
      // The hours that pressed the other way never come near those that pressed this way.
      if balance + side * direction * length < 4 * hour { side = direction }
      balance += side * direction * length
      backwards.append(
        Regime(endMillis: begin, direction: side, volatility: random.uniform(0.85, 1.2)))
      begin -= Int64(length)
    }
    regimes = backwards.reversed()
  }

  /// The regime of a moment; moments must not run backwards.
  public mutating func regime(at timeMillis: Int64) -> Regime {
    while regimes[position].endMillis <= timeMillis {
      if position + 1 == regimes.count { extend() }
      position += 1
    }
    return regimes[position]
  }

  private mutating func extend() {
    let last = regimes[position]
    let length = random.uniform(1, 4) * 3_600_000
    regimes.append(
      Regime(
        endMillis: last.endMillis + Int64(length), direction: random.unit() < 0.7 ? -last.direction : last.direction,
        volatility: random.uniform(0.85, 1.2)))
  }
}
