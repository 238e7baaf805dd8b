import CClock
import CRecords
import Domain
import Foundation
import HotPath
import Logging

/// Binance USD-M futures' public REST calls. Blocking; any thread.
public final class BinanceRest: Sendable {
  private let host: RestHost
  private let logger: Logger

  /// Until exchangeInfo tells another.
  public static let weightPerMinute = 2_400

  public init(
    endpoints: BinanceEndpoints, trust: TLSTrust, logger: Logger, weightPerMinute: Int = BinanceRest.weightPerMinute
  ) throws(VenueError) {
    host = try RestHost(address: endpoints.rest, trust: trust, limitPerMinute: weightPerMinute)
    self.logger = logger
  }

  /// Ends the running calls and all later ones at once. Any thread.
  public func stop() { host.stop() }

  public var state: RestState { host.state }

  var isStopped: Bool { host.isStopped }
  /// Sleeps; false when stopped meanwhile.
  func sleep(millis: Int64) -> Bool { host.sleep(millis: millis) }
  /// The venue's clock, by ours and the offset of the last `serverTime`.
  public var venueMillis: Int64 { host.venueMillis }
  func pauseMillis(_ priority: RestPriority, weight: Int) -> Int64 { host.pauseMillis(priority, weight: weight) }

  /// The venue's clock against ours.
  public struct ServerTime: Sendable, Equatable {
    public var serverMillis: Int64
    /// Add to our wall clock to get the venue's: server time less the middle of the round trip.
    public var offsetMillis: Int64
    /// The same against the monotonic clock, which no one steps.
    public var monotonicOffsetMillis: Int64
    public var roundTripMillis: Int64
  }

  /// `GET /fapi/v1/time`, weight 1. The offset is off by at most half the round trip; call it twice, since the first
  /// call also makes the connection.
  public func serverTime(attempts: Int = 1) throws(VenueError) -> ServerTime {
    struct Answer: Decodable { var serverTime: Int64 }
    let operation = "GET /fapi/v1/time"
    let call = RestCall(.reconciliation, weight: 1, timeoutMillis: 5_000, attempts: attempts)
    var sentNanos: UInt64 = 0
    var receivedNanos: UInt64 = 0
    // The wait for the turn must not count: a call that had to wait is asked again.
    let answer = try get("/fapi/v1/time", [], call) { body throws(VenueError) in
      receivedNanos = apus_monotonic_nanos()
      return try self.decode(Answer.self, from: body, operation)
    } sending: {
      sentNanos = apus_monotonic_nanos()
    }
    // 2001 to 5138: anything else isn't milliseconds since the epoch, and would be added to every clock reading.
    guard (1_000_000_000_000...100_000_000_000_000).contains(answer.serverTime) else {
      throw .malformed(operation: operation, detail: "serverTime \(answer.serverTime)")
    }
    let middleMillis = Int64((sentNanos + receivedNanos) / 2 / 1_000_000)
    let wallMillis = apus_wall_millis() - (Int64(apus_monotonic_nanos() / 1_000_000) - middleMillis)
    return ServerTime(
      serverMillis: answer.serverTime, offsetMillis: answer.serverTime - wallMillis,
      monotonicOffsetMillis: answer.serverTime - middleMillis,
      roundTripMillis: Int64((receivedNanos - sentNanos) / 1_000_000))
  }

  /// The budget's minutes follow this measurement from now on.
  public func believe(_ time: ServerTime) { believe(monotonicOffsetMillis: time.monotonicOffsetMillis) }

  /// The same for a clock that is known otherwise: the venue's minus the monotonic one.
  public func believe(monotonicOffsetMillis: Int64) { host.clockOffsetMillis = monotonicOffsetMillis }

  /// `GET /fapi/v1/exchangeInfo`, weight 1, about 1.1 MB: every contract that has a tick and a lot. Entries that cannot
  /// be read are left out and logged: one odd new contract must not keep the rest from trading.
  public func exchangeInfo() throws(VenueError) -> [InstrumentListing] {
    let operation = "GET /fapi/v1/exchangeInfo"
    let call = RestCall(.history, weight: 1, timeoutMillis: 30_000)
    let info = try get("/fapi/v1/exchangeInfo", [], call) { body throws(VenueError) in
      try self.decode(ExchangeInfo.self, from: body, operation)
    }
    if let limit = info.weightPerMinute { host.setLimit(perMinute: limit) }
    let unreadable = info.entries.count(where: { $0.listing == nil })
    if unreadable > 0 {
      let names = info.entries.filter { $0.listing == nil }.prefix(5).map(\.name).joined(separator: ", ")
      logger.warning("\(operation): \(unreadable) of \(info.entries.count) entries without tick or lot: \(names)")
    }
    return info.entries.compactMap(\.listing)
  }

  /// `GET /fapi/v1/ticker/24hr` of all symbols, weight 40: what they traded in the last 24 h. Entries that cannot be read
  /// are left out. (Binance's page "24hr Ticker Price Change Statistics".)
  public func tickers() throws(VenueError) -> [DayTicker] {
    let operation = "GET /fapi/v1/ticker/24hr"
    let call = RestCall(.history, weight: 40, timeoutMillis: 30_000)
    let entries = try get("/fapi/v1/ticker/24hr", [], call) { body throws(VenueError) in
      try self.decode([DayTicker.Entry].self, from: body, operation)
    }
    return entries.compactMap(\.ticker)
  }

  /// Where a page of aggTrades starts.
  public enum PageStart: Sendable, Equatable {
    /// The page of the latest.
    case newest
    /// The aggregate with this id and those after it.
    case fromId(Int64)
    /// Aggregates within these times, both inclusive, less than an hour apart.
    case times(startMillis: Int64, endMillis: Int64)
  }

  public static let aggTradesWeight = 20
  public static let aggTradesLimit = 1_000

  /// `GET /fapi/v1/aggTrades`, weight 20: up to `limit` (at most 1,000) trades, oldest first, as `.historyTrade`
  /// records of `symbolIndex`. Ids ascend and, from an id, are not below it; anything else is `.malformed`.
  public func aggTrades(
    symbol: String, symbolIndex: UInt32, from start: PageStart, limit: Int = aggTradesLimit,
    priority: RestPriority = .history, attempts: Int = 1
  ) throws(VenueError) -> [apus_record] {
    precondition((1...Self.aggTradesLimit).contains(limit), "the venue serves 1 to 1,000 aggregates a page")
    let operation = "GET /fapi/v1/aggTrades"
    var query = [("symbol", symbol), ("limit", String(limit))]
    var lowestId: Int64 = 0
    switch start {
    case .newest: break
    case .fromId(let id):
      query.append(("fromId", String(id)))
      lowestId = id
    case .times(let startMillis, let endMillis):
      query += [("startTime", String(startMillis)), ("endTime", String(endMillis))]
    }
    let call = RestCall(priority, weight: Self.aggTradesWeight, attempts: attempts)
    let rows = try get("/fapi/v1/aggTrades", query, call) { body throws(VenueError) in
      try self.decode([AggTradeEntry].self, from: body, operation)
    }
    var records: [apus_record] = []
    records.reserveCapacity(rows.count)
    for row in rows {
      guard var record = row.record, record.id >= lowestId else {
        throw .malformed(operation: operation, detail: "\(symbol), entry \(records.count): \(row)")
      }
      lowestId = record.id + 1
      record.symbol = symbolIndex
      records.append(record)
    }
    return records
  }

  // MARK: calls

  /// Reads the body of an answer of status 200; all others are refusals.
  private func get<Answer>(
    _ path: String, _ query: [(String, String)], _ call: RestCall,
    read: ([UInt8]) throws(VenueError) -> Answer, sending: () -> Void = {}
  ) throws(VenueError) -> Answer {
    try host.call(path, query, call, sending: sending) { answer throws(VenueError) in
      guard answer.status == 200 else {
        throw Refusal.error("GET \(path)", answer, nowMillis: self.venueMillis)
      }
      return try read(answer.body)
    }
  }

  private func decode<Answer: Decodable>(_ type: Answer.Type, from body: [UInt8], _ operation: String)
    throws(VenueError) -> Answer
  {
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      let start = String(decoding: body.prefix(60), as: UTF8.self).replacing("\n", with: " ")
      let path = (error as? DecodingError).map(Self.place) ?? "not JSON"
      throw .malformed(operation: operation, detail: "\(path); it begins \(start)")
    }
  }

  private static func place(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "at \(text(context.codingPath)): \(context.debugDescription)"
    case .keyNotFound(let key, let context): "no \(key.stringValue) at \(text(context.codingPath))"
    @unknown default: "not readable"
    }
  }

  private static func text(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the top" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
