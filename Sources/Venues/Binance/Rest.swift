import CClock
import CRecords
import Domain
import Foundation
import HotPath
import Logging

/// Binance USD-M futures' public REST calls. Blocking; one thread at a time.
public final class BinanceRest: @unchecked Sendable {
  private let client: RestClient
  private let logger: Logger
  /// Weight used in the current minute, by the venue's last word; nil before it spoke.
  public private(set) var usedWeight: Int?

  public init(endpoints: BinanceEndpoints, trust: TLSTrust, logger: Logger) throws(VenueError) {
    client = try RestClient(address: endpoints.rest, trust: trust)
    self.logger = logger
  }

  /// Ends the running call and all later ones at once. Any thread.
  public func stop() { client.stop() }

  var interrupt: Interrupt { client.interrupt }

  /// The venue's clock against ours.
  public struct ServerTime: Sendable, Equatable {
    public var serverMillis: Int64
    /// Add to our wall clock to get the venue's: server time less the middle of the round trip.
    public var offsetMillis: Int64
    public var roundTripMillis: Int64
  }

  /// `GET /fapi/v1/time`, weight 1. The offset is off by at most half the round trip; call it twice, since the first
  /// call also makes the connection.
  public func serverTime() throws(VenueError) -> ServerTime {
    struct Answer: Decodable { var serverTime: Int64 }
    let sentMillis = apus_wall_millis()
    let answer = try decode(Answer.self, from: call("/fapi/v1/time"), "GET /fapi/v1/time")
    let receivedMillis = apus_wall_millis()
    // 2001 to 5138: anything else isn't milliseconds since the epoch, and would be added to every clock reading.
    guard (1_000_000_000_000...100_000_000_000_000).contains(answer.serverTime) else {
      throw .malformed(operation: "GET /fapi/v1/time", detail: "serverTime \(answer.serverTime)")
    }
    return ServerTime(
      serverMillis: answer.serverTime, offsetMillis: answer.serverTime - (sentMillis + receivedMillis) / 2,
      roundTripMillis: receivedMillis - sentMillis)
  }

  /// `GET /fapi/v1/exchangeInfo`, weight 1, about 1.1 MB: every contract that has a tick and a lot. Entries that cannot
  /// be read are left out and logged: one odd new contract must not keep the rest from trading.
  public func exchangeInfo() throws(VenueError) -> [InstrumentListing] {
    let operation = "GET /fapi/v1/exchangeInfo"
    let info = try decode(ExchangeInfo.self, from: call("/fapi/v1/exchangeInfo", timeoutMillis: 30_000), operation)
    let unreadable = info.entries.count(where: { $0.listing == nil })
    if unreadable > 0 {
      let names = info.entries.filter { $0.listing == nil }.prefix(5).map(\.name).joined(separator: ", ")
      logger.warning("\(operation): \(unreadable) of \(info.entries.count) entries without tick or lot: \(names)")
    }
    return info.entries.compactMap(\.listing)
  }

  /// Where a page of aggTrades starts.
  public enum PageStart: Sendable, Equatable {
    /// The aggregate with this id and those after it.
    case fromId(Int64)
    /// Aggregates within these times, both inclusive, less than an hour apart.
    case times(startMillis: Int64, endMillis: Int64)
  }

  public static let aggTradesWeight = 20
  public static let aggTradesLimit = 1_000

  /// `GET /fapi/v1/aggTrades`, weight 20: up to `limit` (at most 1,000) trades, oldest first, as `.historyTrade`
  /// records of `symbolIndex`. Ids ascend and, from an id, are not below it; anything else is `.malformed`.
  public func aggTrades(symbol: String, symbolIndex: UInt32, from start: PageStart, limit: Int = aggTradesLimit)
    throws(VenueError) -> [apus_record]
  {
    precondition((1...Self.aggTradesLimit).contains(limit), "the venue serves 1 to 1,000 aggregates a page")
    let operation = "GET /fapi/v1/aggTrades"
    var query = [("symbol", symbol), ("limit", String(limit))]
    var lowestId: Int64 = 0
    switch start {
    case .fromId(let id):
      query.append(("fromId", String(id)))
      lowestId = id
    case .times(let startMillis, let endMillis):
      query += [("startTime", String(startMillis)), ("endTime", String(endMillis))]
    }
    let rows = try decode([AggTradeEntry].self, from: call("/fapi/v1/aggTrades", query), operation)
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

  private func call(_ path: String, _ query: [(String, String)] = [], timeoutMillis: Int64 = 10_000)
    throws(VenueError) -> [UInt8]
  {
    let answer = try client.get(path, query: query, timeoutMillis: timeoutMillis)
    if let weight = answer.usedWeight { usedWeight = weight }
    guard answer.status == 200 else { throw Self.refusal("GET \(path)", answer, nowMillis: apus_wall_millis()) }
    return answer.body
  }

  /// What an answer other than 200 means.
  static func refusal(_ operation: String, _ answer: RestAnswer, nowMillis: Int64) -> VenueError {
    struct Refusal: Decodable {
      var code: Int?
      var msg: String?
    }
    let told = try? JSONDecoder().decode(Refusal.self, from: Data(answer.body))
    // 403 and gateway errors come as HTML.
    let plain = String(decoding: answer.body.prefix(120), as: UTF8.self).split(whereSeparator: \.isNewline).first
    let message = told?.msg ?? plain.map(String.init) ?? "no message"
    // 429 asks to wait, 418 is the ban for not waiting, 403 the web firewall's.
    guard [429, 418, 403].contains(answer.status) else {
      return .rejected(operation: operation, status: answer.status, code: told?.code ?? 0, message: message)
    }
    let defaultMillis: Int64 = answer.status == 418 ? 120_000 : 60_000
    let waitMillis = answer.retryAfterMillis ?? banMillis(message, nowMillis: nowMillis) ?? defaultMillis
    return .rateLimited(
      operation: operation, status: answer.status, retryAfterMillis: waitMillis, message: message)
  }

  /// From `.. IP(..) banned until 1789478299014. ..`, at most three days.
  private static func banMillis(_ message: String, nowMillis: Int64) -> Int64? {
    guard let range = message.range(of: "banned until "),
      let untilMillis = Int64(message[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
    else { return nil }
    return max(1_000, min(untilMillis - nowMillis, 3 * 86_400_000))
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
