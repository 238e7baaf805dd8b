import CRecords
import Domain
import Foundation

/// A seeded stretch of one contract's aggTrades: a price that walks in ticks, sizes over five orders of magnitude, bursts
/// in which dozens of trades share a millisecond, and flow that leans one way for a while.
///
/// 26 hours by default, so that trades leave the longest window too. The same seed and bounds give the same bytes.
public struct SeededMarket: Sendable {
  public static let startMillis: Int64 = 1_760_000_000_123
  public let symbol: String
  /// `.trade` records of symbol 0, ids consecutive, T ascending.
  public let trades: [apus_record]
  private let seed: UInt64

  /// `trades` of them spread over `hours`. Some 0.1 s a million.
  public init(seed: UInt64 = 1, trades count: Int, hours: Double = 26, symbol: String = "BTCUSDT") {
    precondition(count > 0 && hours > 0, "a market has trades and lasts a while")
    self.symbol = symbol
    self.seed = seed
    var random = MarketRandom(seed: seed)
    // In tenths, as BTCUSDT's tick is 0.1.
    var price: Int64 = 600_000
    var time = Double(Self.startMillis)
    var rawId: Int64 = 5_000_000_000
    var lean = 0.1
    let meanGap = hours * 3_600_000 / Double(count)
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    trades = [apus_record](unsafeUninitializedCapacity: count) { records, initialized in
      for index in 0..<count {
        if random.next() % 20_000 == 0 { lean = random.unit() * 0.4 - 0.2 }
        let isSell = random.unit() > 0.5 + lean
        // Three of four come in the millisecond of the one before.
        if random.next() % 4 == 0 { time -= log(1 - random.unit()) * meanGap * 4 }
        if random.next() % 3 == 0 { price = max(1_000, price + (isSell ? -1 : 1) * Int64(random.next() % 12)) }
        // Thousandths: most are small, few are a thousand times that.
        let size = Int64(exp(random.unit() * random.unit() * 11)) + Int64(random.next() % 9)
        let raw = 1 + Int64(random.next() % 4)
        record.flags = isSell ? RecordFlags.sell : 0
        record.time_ms = Int64(time)
        record.id = 2_500_000_000 + Int64(index)
        record.price_e8 = price * 10_000_000
        record.quantity_e8 = size * 100_000
        record.first_id = rawId
        record.span = UInt32(raw - 1)
        records[index] = record
        rawId += raw
      }
      initialized = count
    }
  }

  /// Indicators of the same stretch, ordered by known_ms; see `SeededIndicators`.
  public func indicators() -> [apus_record] {
    SeededIndicators.records(
      seed: seed, fromMillis: trades[0].time_ms, throughMillis: trades[trades.count - 1].time_ms)
  }
}
