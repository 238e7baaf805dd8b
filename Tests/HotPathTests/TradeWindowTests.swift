import Domain
import Memory
import Testing

@testable import HotPath

/// A window with slabs of its own.
final class WindowRig {
  let pool: TradePool
  var window: TradeWindow

  init(trades: Int, pool shared: TradePool? = nil) {
    pool = shared ?? TradePool(trades: trades)
    window = TradeWindow(sizes: HistogramRig.make())
  }

  func add(_ t: Int64, _ price: Int64, _ quantity: Int64, sell: Bool) -> Bool {
    window.advance(to: t, pool: pool)
    return window.add(timeMillis: t, price: price, quantity: quantity, flags: sell ? RecordFlags.sell : 0, pool: pool)
  }
}

/// What a window has to hold, recomputed from all trades of a market.
private struct Reference {
  struct Trade {
    var t: Int64
    var price: Int64
    var quantity: Int64
    var sell: Bool
    var large: Bool
  }
  var trades: [Trade] = []
  /// Bucket values of the last 24 h, sorted.
  var values: [Int64] = []
  private var firstInDay = 0

  mutating func advance(to t: Int64) {
    while firstInDay < trades.count, trades[firstInDay].t <= t - 86_400_000 {
      values.remove(at: position(Self.bucketValue(trades[firstInDay].quantity)))
      firstInDay += 1
    }
  }

  /// Gives whether the trade is large.
  mutating func add(_ t: Int64, _ price: Int64, _ quantity: Int64, sell: Bool) {
    advance(to: t)
    let value = Self.bucketValue(quantity)
    let large = values.count >= 1000 && value >= quantile(99)
    trades.append(Trade(t: t, price: price, quantity: quantity, sell: sell, large: large))
    values.insert(value, at: position(value))
  }

  func quantile(_ percent: Int) -> Int64 {
    values.isEmpty ? -1 : values[(percent * values.count + 99) / 100 - 1]
  }

  func held(_ t: Int64, _ window: Int64) -> ArraySlice<Trade> {
    let after = trades.firstIndex { $0.t > t - window } ?? trades.endIndex
    return trades[after...]
  }

  private func position(_ value: Int64) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The specification's words: below 512 itself, else the top nine bits.
  static func bucketValue(_ u: Int64) -> Int64 {
    if u < 512 { return u }
    var log = 0
    while log < 62, Int64(1) << Int64(log + 1) <= u { log += 1 }
    return (u >> Int64(log - 8)) << Int64(log - 8)
  }
}

@Suite struct TradeWindowTests {
  /// Bursts of one T, pauses up to minutes, silences up to 30 h, sizes from 1e-8 to beyond half of Int64.
  @Test(arguments: TestSeed.all(4))
  func sumsEqualThoseRecomputed(seed: UInt64) {
    var random = SeededRandom(seed)
    let rig = WindowRig(trades: 8_192)
    var reference = Reference()
    var t: Int64 = 1_700_000_000_000
    var largest: Int128 = 0
    var sawLarge = false
    for step in 0..<3_500 {
      if random.chance(100) { t += Int64(random.below(2_000)) }
      if random.chance(15) { t += Int64(random.below(600_000)) }
      if random.chance(1) { t += Int64(random.below(108_000_000)) }
      let price = Int64(1 + random.below(10_000_000_000_000))
      let quantity = Int64(1) << Int64(random.below(62)) | Int64(random.below(1_000))
      let sell = random.chance(500)
      let added = rig.add(t, price, quantity, sell: sell)
      reference.add(t, price, quantity, sell: sell)
      let again = TestSeed.again(seed, "TradeWindowTests", "step \(step)")
      #expect(added, again)
      let sameTails =
        rig.window.sizes.p95 == reference.quantile(95) && rig.window.sizes.p99 == reference.quantile(99)
      #expect(sameTails, again)
      largest = max(largest, rig.window.day.quantity)
      if rig.window.largeBuy + rig.window.largeSell > 0 { sawLarge = true }
      if step % 70 == 69 {
        // Sometimes between trades, as a grid point does.
        if random.chance(500) {
          t += Int64(random.below(60_000))
          rig.window.advance(to: t, pool: rig.pool)
          reference.advance(to: t)
        }
        compare(rig.window, reference, t, again)
      }
    }
    #expect(largest > Int128(Int64.max), "the market's sums must leave Int64")
    #expect(sawLarge || ProcessEnvironment.isSeedGiven, "the market must have large trades")
    rig.window.advance(to: t + 86_400_000, pool: rig.pool)
    #expect(rig.window.day.count == 0)
    #expect(rig.pool.chunksUsed == 0, "every chunk returns")
  }

  private func compare(_ window: TradeWindow, _ reference: Reference, _ t: Int64, _ again: Comment) {
    let cursors = [(window.halfHour, 1_800_000), (window.fourHour, 14_400_000), (window.day, 86_400_000)]
    for (cursor, length) in cursors {
      var buy: Int128 = 0
      var sell: Int128 = 0
      var notional: Int128 = 0
      let held = reference.held(t, Int64(length))
      for trade in held {
        if trade.sell { sell += Int128(trade.quantity) } else { buy += Int128(trade.quantity) }
        notional += Int128(trade.price) * Int128(trade.quantity)
      }
      #expect(cursor.count == Int64(held.count), again)
      #expect(cursor.buy == buy, again)
      #expect(cursor.sell == sell, again)
      #expect(cursor.cvd == buy - sell, again)
      #expect(cursor.quantity == buy + sell, again)
      #expect(cursor.notional == notional, again)
    }
    var largeBuy: Int128 = 0
    var largeSell: Int128 = 0
    for trade in reference.held(t, 1_800_000) where trade.large {
      if trade.sell { largeSell += Int128(trade.quantity) } else { largeBuy += Int128(trade.quantity) }
    }
    #expect(window.largeBuy == largeBuy, again)
    #expect(window.largeSell == largeSell, again)
  }

  @Test func aWindowHoldsWhatIsYoungerThanItsLength() {
    let rig = WindowRig(trades: 512)
    #expect(rig.add(1_000, 5, 7, sell: false))
    rig.window.advance(to: 1_000 + 1_799_999, pool: rig.pool)
    #expect(rig.window.halfHour.count == 1)
    rig.window.advance(to: 1_000 + 1_800_000, pool: rig.pool)
    #expect(rig.window.halfHour.count == 0)
    #expect(rig.window.halfHour.notional == 0)
    #expect(rig.window.fourHour.count == 1)
    rig.window.advance(to: 1_000 + 14_400_000, pool: rig.pool)
    #expect(rig.window.fourHour.count == 0)
    rig.window.advance(to: 1_000 + 86_399_999, pool: rig.pool)
    #expect(rig.window.day.count == 1)
    #expect(rig.window.sizes.p99 == 7)
    rig.window.advance(to: 1_000 + 86_400_000, pool: rig.pool)
    #expect(rig.window.day.count == 0)
    #expect(rig.window.sizes.p99 == -1)
  }

  /// n counts the trades before: the thousand-and-first is the first that can be large.
  @Test func aTradeIsLargeFromAThousandTradesOn() {
    for before in [999, 1000] {
      let rig = WindowRig(trades: 2_048)
      for _ in 0..<before { _ = rig.add(10, 1, 100, sell: false) }
      #expect(rig.add(10, 1, 100, sell: true))
      // P99 of equal sizes is that size, and equal is large.
      #expect(rig.window.largeSell == (before >= 1000 ? 100 : 0))
      #expect(rig.add(10, 1, 99, sell: false))
      #expect(rig.window.largeBuy == 0, "below P99")
      rig.window.advance(to: 10 + 1_800_000, pool: rig.pool)
      #expect(rig.window.largeSell == 0)
    }
  }

  @Test func aUsedUpPoolRefusesAndServesAgainOnceTradesHaveLeft() {
    let rig = WindowRig(trades: 4 * TradePool.chunkTrades)
    for round in 0..<3 {
      let t = Int64(round) * 90_000_000
      for _ in 0..<1024 { #expect(rig.add(t, 3, 2, sell: false)) }
      #expect(!rig.add(t, 3, 2, sell: false))
      #expect(!rig.add(t + 1, 3, 2, sell: false))
      #expect(rig.window.day.count == 1024)
      #expect(rig.window.day.buy == 2048)
      #expect(rig.window.halfHour.notional == 6 * 1024)
      #expect(rig.pool.chunksUsed == 4)
    }
  }

  /// A refused trade leaves a hole; the chain goes on behind it when the oldest chunk has come back.
  @Test func theChainGoesOnAfterARefusal() {
    let rig = WindowRig(trades: 2 * TradePool.chunkTrades)
    for _ in 0..<256 { #expect(rig.add(0, 1, 1, sell: false)) }
    for _ in 0..<256 { #expect(rig.add(80_000_000, 1, 10, sell: false)) }
    #expect(!rig.add(80_000_000, 1, 10, sell: false))
    #expect(rig.add(86_400_000, 1, 100, sell: true))
    #expect(rig.window.day.count == 257)
    #expect(rig.window.day.cvd == 2_460)
    rig.window.advance(to: 166_400_000, pool: rig.pool)
    #expect(rig.window.day.cvd == -100)
    #expect(rig.window.day.count == 1)
    rig.window.advance(to: 172_800_000, pool: rig.pool)
    #expect(rig.pool.chunksUsed == 0)
  }

  @Test(arguments: TestSeed.all(2))
  func twoSymbolsShareOnePool(seed: UInt64) {
    var random = SeededRandom(seed)
    let pool = TradePool(trades: 16 * TradePool.chunkTrades)
    let rigs = [WindowRig(trades: 0, pool: pool), WindowRig(trades: 0, pool: pool)]
    var references = [Reference(), Reference()]
    var t: Int64 = 0
    for _ in 0..<4_000 {
      if random.chance(20) { t += Int64(random.below(3_600_000)) }
      let which = random.below(2)
      let quantity = Int64(1 + random.below(100_000))
      rigs[1 - which].window.advance(to: t, pool: pool)
      guard rigs[which].add(t, 9, quantity, sell: false) else { continue }
      references[which].add(t, 9, quantity, sell: false)
    }
    for which in 0...1 {
      rigs[which].window.advance(to: t, pool: pool)
      compare(rigs[which].window, references[which], t, TestSeed.again(seed, "TradeWindowTests"))
    }
  }
}
