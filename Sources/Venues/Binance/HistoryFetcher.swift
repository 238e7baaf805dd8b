import CClock
import CRecords
import Logging

/// Fetches pages of aggTrades within the weight budget, again and again until they come. One thread.
final class HistoryFetcher {
  enum Page {
    case records([apus_record])
    /// The venue refuses, and will again.
    case refused
    case stopped
  }

  let rest: BinanceRest
  private let logger: Logger
  private var budget: WeightBudget
  private(set) var offsetMillis: Int64 = 0
  private let count: (WritableKeyPath<HistoryCounts, UInt64>) -> Void
  private static let mostMalformed = 3

  /// `count` adds one to a counter.
  init(
    rest: BinanceRest, weightPerMinute: Int, logger: Logger,
    count: @escaping (WritableKeyPath<HistoryCounts, UInt64>) -> Void
  ) {
    self.rest = rest
    self.logger = logger
    self.count = count
    budget = WeightBudget(limitPerMinute: weightPerMinute)
  }

  /// The venue's clock, by our own and the offset found at the start.
  var venueMillis: Int64 { apus_wall_millis() + offsetMillis }

  /// Learns the clock's offset; false when stopped.
  func synchronise(pause: (Int64) -> Bool) -> Bool {
    var backoff = Backoff()
    while !rest.interrupt.isRaised {
      do {
        // The first call also pays for the connection, which would count as the clock's offset.
        _ = try rest.serverTime()
        offsetMillis = try rest.serverTime().offsetMillis
        return true
      } catch {
        if !rest.interrupt.isRaised { logger.warning("\(error)") }
        guard pause(waitMillis(error, &backoff)) else { return false }
      }
    }
    return false
  }

  /// One page. `reserve` is the weight to leave for others; `pause` sleeps, false when stopped.
  func page(
    symbol: String, symbolIndex: UInt32, from start: BinanceRest.PageStart, limit: Int, reserve: Int,
    pause: (Int64) -> Bool
  ) -> Page {
    var backoff = Backoff()
    var malformed = 0
    while !rest.interrupt.isRaised {
      let weight = BinanceRest.aggTradesWeight
      let waitForBudget = budget.pauseMillis(weight: weight, reserve: reserve, venueMillis: venueMillis)
      if waitForBudget > 0 {
        guard pause(waitForBudget) else { return .stopped }
        continue
      }
      do {
        let records = try rest.aggTrades(symbol: symbol, symbolIndex: symbolIndex, from: start, limit: limit)
        budget.spend(weight: weight, reported: rest.usedWeight, venueMillis: venueMillis)
        count(\.pages)
        return .records(records)
      } catch {
        budget.spend(weight: weight, reported: nil, venueMillis: venueMillis)
        if rest.interrupt.isRaised { return .stopped }
        if case .malformed = error { malformed += 1 }
        guard isWorthRepeating(error), malformed < Self.mostMalformed else {
          logger.error("\(symbol): history given up: \(error)")
          count(\.failures)
          return .refused
        }
        logger.warning("\(symbol): \(error)")
        guard pause(waitMillis(error, &backoff)) else { return .stopped }
      }
    }
    return .stopped
  }

  /// Connections are tried for ever, even untrusted ones: an operator may mend them, and giving up would declare every
  /// symbol's history complete.
  private func isWorthRepeating(_ error: VenueError) -> Bool {
    if case .connection = error { return true }
    return error.isTransient
  }

  private func waitMillis(_ error: VenueError, _ backoff: inout Backoff) -> Int64 {
    let pauseMillis = backoff.nextMillis()
    if case .rateLimited(_, _, let retryAfterMillis, _) = error {
      count(\.rateLimited)
      // Asking before the time is up prolongs the ban; a little after, all clients ask at once.
      return retryAfterMillis + pauseMillis / 4
    }
    count(\.retries)
    return pauseMillis
  }
}
