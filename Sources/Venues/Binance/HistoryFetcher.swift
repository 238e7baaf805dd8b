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
  private let count: (WritableKeyPath<HistoryCounts, UInt64>) -> Void
  /// Answers that cannot be read come while a venue is repaired (a page of HTML with status 200); for longer, the format
  /// is another.
  private static let malformedNanos: UInt64 = 300_000_000_000

  /// `count` adds one to a counter.
  init(rest: BinanceRest, logger: Logger, count: @escaping (WritableKeyPath<HistoryCounts, UInt64>) -> Void) {
    self.rest = rest
    self.logger = logger
    self.count = count
  }

  /// Learns the venue's clock; false when stopped.
  func synchronise() -> Bool {
    var backoff = Backoff()
    while !rest.isStopped {
      do {
        // The first call also pays for the connection, which would count as the clock's offset.
        _ = try rest.serverTime()
        rest.believe(try rest.serverTime())
        return true
      } catch {
        if !rest.isStopped { logger.warning("\(error)") }
        guard rest.sleep(millis: waitMillis(error, &backoff)) else { return false }
      }
    }
    return false
  }

  /// One page. `pause` sleeps while there is no budget, and may do better; false when stopped. `patienceMillis`: how long a
  /// page may fail before it is given up; others wait behind it.
  func page(
    symbol: String, symbolIndex: Int, from start: BinanceRest.PageStart, limit: Int = BinanceRest.aggTradesLimit,
    priority: RestPriority, patienceMillis: Int64? = nil, pause: (Int64) -> Bool
  ) -> Page {
    var backoff = Backoff()
    let beganNanos = monotonicNanos()
    var malformedSinceNanos: UInt64?
    while !rest.isStopped {
      let pauseMillis = rest.pauseMillis(priority, weight: BinanceRest.aggTradesWeight)
      if pauseMillis > 0 {
        guard pause(pauseMillis) else { return .stopped }
        continue
      }
      do {
        let records = try rest.aggTrades(
          symbol: symbol, symbolIndex: UInt32(symbolIndex), from: start, limit: limit, priority: priority)
        count(\.pages)
        return .records(records)
      } catch {
        if rest.isStopped { return .stopped }
        if let patienceMillis, monotonicNanos() - beganNanos > UInt64(patienceMillis) * 1_000_000 { return .refused }
        guard isWorthRepeating(error, &malformedSinceNanos) else {
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
  private func isWorthRepeating(_ error: VenueError, _ malformedSinceNanos: inout UInt64?) -> Bool {
    switch error {
    case .connection: return true
    // Without the venue's code it is not the venue that refuses: a gateway, or a page of a web server.
    case .malformed, .rejected(_, _, 0, _):
      let nanos = monotonicNanos()
      let since = malformedSinceNanos ?? nanos
      malformedSinceNanos = since
      return nanos - since < Self.malformedNanos
    default: return error.isTransient
    }
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
