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

@Suite struct TradeWindowTests {
  /// Bursts of one T, pauses up to minutes, silences up to 30 h, sizes from 1e-8 to beyond half of Int64.
  @Test(arguments: TestSeed.all(4))
  func sumsEqualThoseRecomputed(seed: UInt64) {
    var random = SeededRandom(seed)
    let rig = WindowRig(trades: 8_192)
    var reference = WindowReference()
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
        reference.compare(rig.window, at: t, again)
      }
    }
    #expect(largest > Int128(Int64.max), "the market's sums must leave Int64")
    #expect(sawLarge || ProcessEnvironment.isSeedGiven, "the market must have large trades")
    rig.window.advance(to: t + 86_400_000, pool: rig.pool)
    #expect(rig.window.day.count == 0)
    #expect(rig.pool.chunksUsed == 0, "every chunk returns")
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
    var references = [WindowReference(), WindowReference()]
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
      references[which].compare(rigs[which].window, at: t, TestSeed.again(seed, "TradeWindowTests"))
    }
  }
}
