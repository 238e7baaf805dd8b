import Foundation
import Memory
import Testing

@testable import HotPath

enum HistogramRig {
  static func make() -> SizeHistogram {
    SizeHistogram(
      counts: Slab(zeroed: SizeHistogram.bucketCount), words: Slab(zeroed: SizeHistogram.wordCount),
      summaries: Slab(zeroed: SizeHistogram.summaryCount), index: 0)
  }
}

enum ProcessEnvironment {
  static var isSeedGiven: Bool { ProcessInfo.processInfo.environment["APUS_TEST_SEED"] != nil }
}

@Suite struct SizeHistogramTests {
  private func nearestRank(_ sorted: [Int64], _ percent: Int) -> Int64 {
    sorted.isEmpty ? -1 : sorted[(percent * sorted.count + 99) / 100 - 1]
  }

  @Test func bucketsKeepNineBits() {
    let cases: [(Int64, Int64)] = [
      (0, 0), (1, 1), (511, 511), (512, 512), (513, 512), (514, 514), (1023, 1022), (1024, 1024), (1027, 1024),
      (1028, 1028), (100_000_000, 99_876_864), (.max, 0x7FC0_0000_0000_0000),
      (0x4000_0000_0000_0000, 0x4000_0000_0000_0000), (0x3FFF_FFFF_FFFF_FFFF, 0x3FE0_0000_0000_0000),
    ]
    for (quantity, value) in cases {
      let bucket = SizeHistogram.bucket(quantity)
      #expect(SizeHistogram.value(bucket) == value, "\(quantity)")
      #expect(bucket < SizeHistogram.bucketCount)
    }
    #expect(SizeHistogram.bucket(.max) == SizeHistogram.bucketCount - 1)
  }

  @Test func everyBucketHoldsItsOwnValue() {
    for bucket in 0..<SizeHistogram.bucketCount {
      #expect(SizeHistogram.bucket(SizeHistogram.value(bucket)) == bucket)
    }
  }

  @Test func fewElements() {
    var histogram = HistogramRig.make()
    #expect(histogram.p95 == -1)
    var sorted: [Int64] = []
    for quantity in [400, 3, 3, 500, 1, 77, 511, 2] as [Int64] {
      histogram.add(SizeHistogram.bucket(quantity))
      sorted.append(quantity)
      sorted.sort()
      #expect(histogram.p95 == nearestRank(sorted, 95))
      #expect(histogram.p99 == nearestRank(sorted, 99))
    }
  }

  /// The rank is (percent * n + 99) div 100: at n = 100 P99 is the 99th, at 101 the 100th.
  @Test func ranksAtTheHundreds() {
    var histogram = HistogramRig.make()
    for quantity in 1...100 { histogram.add(quantity) }
    #expect(histogram.p99 == 99)
    #expect(histogram.p95 == 95)
    histogram.add(101)
    #expect(histogram.p99 == 100)
    #expect(histogram.p95 == 96)
  }

  @Test func extremesAcrossEmptyStretches() {
    var histogram = HistogramRig.make()
    let top = SizeHistogram.bucket(.max)
    histogram.add(0)
    histogram.add(top)
    #expect(histogram.p99 == 0x7FC0_0000_0000_0000)
    histogram.remove(top)
    #expect(histogram.p99 == 0)
    histogram.add(top)
    histogram.remove(0)
    #expect(histogram.p95 == 0x7FC0_0000_0000_0000)
    histogram.remove(top)
    #expect(histogram.count == 0)
    #expect(histogram.p95 == -1)
    histogram.add(511)
    #expect(histogram.p99 == 511)
  }

  @Test(arguments: TestSeed.all(4))
  func quantilesEqualSorting(seed: UInt64) {
    var random = SeededRandom(seed)
    var histogram = HistogramRig.make()
    var sorted: [Int64] = []
    var growing = true
    for step in 0..<8_000 {
      if sorted.count > 700 { growing = false }
      if sorted.isEmpty { growing = true }
      if sorted.isEmpty || random.chance(growing ? 700 : 250) {
        let quantity = Int64(random.next() >> UInt64(1 + random.below(62)))
        let value = SizeHistogram.value(SizeHistogram.bucket(quantity))
        histogram.add(SizeHistogram.bucket(quantity))
        sorted.insert(value, at: sorted.firstIndex { $0 >= value } ?? sorted.count)
      } else {
        let value = sorted.remove(at: random.below(sorted.count))
        histogram.remove(SizeHistogram.bucket(value))
      }
      let same = histogram.p95 == nearestRank(sorted, 95) && histogram.p99 == nearestRank(sorted, 99)
      #expect(same, TestSeed.again(seed, "SizeHistogramTests", "step \(step), \(sorted.count) held"))
    }
  }
}
