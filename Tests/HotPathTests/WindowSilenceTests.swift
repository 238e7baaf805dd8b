import CTradeSums
import Testing

@testable import HotPath

/// After a silence trades leave in blocks: sums by vectors, chunk by chunk.
@Suite struct WindowSilenceTests {
  /// Stretches of one trade to three chunks, then nothing for so long that some windows empty wholly, some in part.
  @Test(arguments: TestSeed.all(6))
  func sumsEqualThoseRecomputedAfterEverySilence(seed: UInt64) {
    var random = SeededRandom(seed)
    let rig = WindowRig(trades: 12_288)
    var reference = WindowReference()
    let silences: [Int64] = [
      1_999, 2_000, 2_001, 60_000, 1_700_000, 1_799_999, 1_800_000, 7_200_000, 14_400_000, 50_000_000, 86_399_999,
      86_400_000,
      200_000_000,
    ]
    var t: Int64 = 1_700_000_000_000
    var sawLarge = false
    for round in 0..<60 {
      let again = TestSeed.again(seed, "WindowSilenceTests", "round \(round)")
      // Bursts of one T, sizes of a market: the vectors' way; some rounds have one trade beyond their lanes.
      let stretch = 1 + random.below(random.chance(300) ? 40 : 800)
      let odd = random.chance(300) ? random.below(stretch) : -1
      for index in 0..<stretch {
        if random.chance(300) { t += Int64(random.below(400)) }
        let isOdd = index == odd
        let quantity = isOdd ? Int64.max - Int64(random.below(5)) : Int64(1 + random.below(40_000_000_000))
        let price = isOdd ? Int64.max >> Int64(random.below(10)) : Int64(1 + random.below(10_000_000_000_000))
        let sell = random.chance(500)
        #expect(rig.add(t, price, quantity, sell: sell), again)
        reference.add(t, price, quantity, sell: sell)
      }
      sawLarge = sawLarge || rig.window.largeBuy + rig.window.largeSell > 0
      t += silences[random.below(silences.count)]
      rig.window.advance(to: t, pool: rig.pool)
      reference.advance(to: t)
      reference.compare(rig.window, at: t, again)
      let tails = [rig.window.sizes.p95, rig.window.sizes.p99]
      #expect(tails == [reference.quantile(95), reference.quantile(99)], again)
    }
    #expect(sawLarge || ProcessEnvironment.isSeedGiven, "the market must have large trades")
    rig.window.advance(to: t + 86_400_000, pool: rig.pool)
    #expect(rig.window.day.count == 0)
    #expect(rig.pool.chunksUsed == 0, "every chunk returns")
  }

  /// Counts around a block and a chunk, from places in the middle of a chunk, leaving all but a few or none.
  @Test func blocksOfEveryLengthLeaveAcrossChunks() {
    for ahead in [0, 1, 3, 15, 16, 250, 255] {
      for count in [1, 15, 16, 17, 31, 33, 63, 239, 240, 241, 255, 256, 257, 511, 512, 513, 700] {
        for staying in [0, 1, 5] {
          let rig = WindowRig(trades: 8 * TradePool.chunkTrades)
          var reference = WindowReference()
          func add(_ t: Int64, _ quantity: Int64) {
            #expect(rig.add(t, 7, quantity, sell: quantity & 1 == 1))
            reference.add(t, 7, quantity, sell: quantity & 1 == 1)
          }
          // The first leave before, so that the run begins within a chunk.
          for index in 0..<ahead { add(0, Int64(index)) }
          for index in 0..<count { add(10_000, Int64(1000 + index)) }
          for index in 0..<staying { add(30_000, Int64(5000 + index)) }
          for length in [1_800_000, 14_400_000, 86_400_000] as [Int64] {
            for t in [length, length + 20_000, length + 40_000] {
              rig.window.advance(to: t, pool: rig.pool)
              reference.advance(to: t)
              reference.compare(rig.window, at: t, "\(ahead) ahead, \(count), \(staying) staying, at \(t)")
              #expect(rig.window.sizes.p99 == reference.quantile(99))
            }
          }
          #expect(rig.pool.chunksUsed == 0)
        }
      }
    }
  }

  @Test func chunksServeAgainAfterEverySilence() {
    let rig = WindowRig(trades: 3 * TradePool.chunkTrades)
    for round in 0..<20 {
      let t = Int64(round) * 90_000_000
      let count = 100 + round * 33
      for _ in 0..<count { #expect(rig.add(t, 3, 2, sell: true)) }
      #expect(rig.window.day.count == Int64(count))
      #expect(rig.window.halfHour.cvd == Int128(-2 * count))
      #expect(rig.pool.chunksUsed == (count + 255) / 256)
    }
  }

  // MARK: the vectors themselves

  private func words(_ trades: [(price: Int64, quantity: Int64)]) -> [Int64] {
    // The time's bits must not be seen in any sum.
    trades.flatMap { [Int64.min | 0x5555_5555_5555, $0.price, $0.quantity] }
  }

  private func expectExact(_ trades: [(price: Int64, quantity: Int64)], _ what: Comment) {
    var expected = FlowSums()
    for trade in trades {
      expected.add(price: trade.price, signed: trade.quantity, quantity: abs(trade.quantity))
    }
    let block = words(trades).withUnsafeBufferPointer { apus_sum_trades($0.baseAddress, Int64(trades.count)) }
    #expect(block.is_exact != 0, what)
    var sums = FlowSums()
    sums.add(block, trades: Int64(trades.count))
    #expect(sums.cvd == expected.cvd, what)
    #expect(sums.quantity == expected.quantity, what)
    #expect(sums.notional == expected.notional, what)
    #expect(sums.count == expected.count, what)
  }

  @Test func lanesHoldTheLargestTheyAreGiven() {
    let quantity = Int64(1) << Int64(APUS_SUMS_QUANTITY_BITS) - 1
    let price = Int64(1) << Int64(APUS_SUMS_PRICE_BITS) - 1
    let most = Int(APUS_SUMS_TRADES_MAX)
    expectExact(Array(repeating: (price, quantity), count: most), "all bought")
    expectExact(Array(repeating: (price, -quantity), count: most), "all sold")
    let mixed = (0..<most).map { place -> (price: Int64, quantity: Int64) in
      (price: price >> Int64(place % 57), quantity: place & 1 == 0 ? quantity : -quantity)
    }
    expectExact(mixed, "mixed")
    expectExact(Array(repeating: (0, 0), count: 4), "nothing")
  }

  @Test(arguments: TestSeed.all(4))
  func vectorsEqualOneByOne(seed: UInt64) {
    var random = SeededRandom(seed)
    for count in stride(from: 4, through: 256, by: 4) {
      let trades = (0..<count).map { _ in
        let quantity = Int64(random.below(1 << 55)) >> Int64(random.below(55))
        return (
          price: Int64(random.below(1 << 56)) >> Int64(random.below(56)),
          quantity: random.chance(500) ? quantity : -quantity
        )
      }
      expectExact(trades, TestSeed.again(seed, "WindowSilenceTests", "\(count) trades"))
    }
  }

  @Test func whatALaneMayNotHoldIsTold() {
    let beyond: [(price: Int64, quantity: Int64)] = [
      (1, 1 << 55), (1, -(1 << 55)), (1 << 56, 1), (.max, 1), (1, .max), (1, -.max), (1, .min), (-1, 1),
    ]
    for trade in beyond {
      for place in 0..<8 {
        var trades = Array(repeating: (price: Int64(5), quantity: Int64(6)), count: 8)
        trades[place] = trade
        let block = words(trades).withUnsafeBufferPointer { apus_sum_trades($0.baseAddress, 8) }
        #expect(block.is_exact == 0, "\(trade) at \(place)")
      }
    }
  }
}
