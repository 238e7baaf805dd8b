import Foundation
import Synchronization

/// aggTrades from memory, paged as the venue does, with a log of what was asked.
final class PagingVenue: Sendable {
  struct Trade {
    var id: Int64
    var timeMillis: Int64
  }

  /// What to answer instead of a page; nil: the page.
  typealias Trouble =
    @Sendable (_ request: Int, _ query: [String: String]) -> (
      status: Int, code: Int, headers: [String]
    )?

  let requests = Mutex<[[String: String]]>([])
  private let trades: [String: [Trade]]
  private let trouble: Trouble
  /// Whether this request is answered by a page without a trade.
  private let isEmpty: @Sendable (_ query: [String: String]) -> Bool
  private let usedWeight: Mutex<Int>

  init(
    trades: [String: [Trade]], usedWeight: Int = 0, trouble: @escaping Trouble = { _, _ in nil },
    isEmpty: @escaping @Sendable (_ query: [String: String]) -> Bool = { _ in false }
  ) {
    self.trades = trades
    self.isEmpty = isEmpty
    self.trouble = trouble
    self.usedWeight = Mutex(usedWeight)
  }

  func serve(_ connection: TestConnection) {
    while let head = connection.readHead() {
      let target = head.split(separator: " ")[1]
      guard target.hasPrefix("/fapi/v1/aggTrades"), let parts = URLComponents(string: String(target)) else {
        connection.answer(200, #"{"serverTime":\#(nowMillis())}"#)
        continue
      }
      let query = Dictionary(
        (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
      let number = requests.withLock { requests in
        requests.append(query)
        return requests.count - 1
      }
      if let trouble = trouble(number, query) {
        connection.answer(trouble.status, #"{"code":\#(trouble.code),"msg":"no"}"#, headers: trouble.headers)
      } else {
        connection.answer(
          200, isEmpty(query) ? "[]" : page(query), headers: ["X-MBX-USED-WEIGHT-1M: \(usedWeight.withLock { $0 })"])
      }
    }
  }

  private func page(_ query: [String: String]) -> String {
    func number(_ name: String) -> Int64? { query[name].flatMap { Int64($0) } }
    let rows = (trades[query["symbol"] ?? ""] ?? []).filter { trade in
      if let fromId = number("fromId") { return trade.id >= fromId }
      return trade.timeMillis >= number("startTime") ?? 0 && trade.timeMillis <= number("endTime") ?? .max
    }
    let limit = Int(number("limit") ?? 500)
    let isNewest = query["fromId"] == nil && query["startTime"] == nil
    let texts = (isNewest ? rows.suffix(limit) : rows.prefix(limit)).map { trade in
      #"{"a":\#(trade.id),"p":"100.5","q":"1","f":\#(trade.id),"l":\#(trade.id),"T":\#(trade.timeMillis),"m":true}"#
    }
    return "[" + texts.joined(separator: ",") + "]"
  }
}

func nowMillis() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

/// `count` trades from `firstId`, a second apart, the last one now.
func recentTrades(firstId: Int64, count: Int) -> [PagingVenue.Trade] {
  let now = nowMillis()
  return (0..<count).map { PagingVenue.Trade(id: firstId + Int64($0), timeMillis: now - Int64(count - 1 - $0) * 1_000) }
}
