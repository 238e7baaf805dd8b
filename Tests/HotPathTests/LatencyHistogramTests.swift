import CLatency
import Foundation
import Synchronization
import Testing

@testable import HotPath

@Suite struct LatencyHistogramTests {
  @Test func bucketsCoverAllNanoseconds() {
    #expect(LatencyHistogram.bucket(0) == 0)
    #expect(LatencyHistogram.bucket(63) == 63)
    #expect(LatencyHistogram.bucket(64) == 64)
    #expect(LatencyHistogram.bucket(127) == 127)
    #expect(LatencyHistogram.bucket(128) == 128)
    #expect(LatencyHistogram.bucket(129) == 128)
    #expect(LatencyHistogram.bucket(.max) == LatencyHistogram.bucketCount - 1)
  }

  @Test func everyBucketStartsAtItsLowerBoundAndIsNarrow() {
    for bucket in 0..<LatencyHistogram.bucketCount {
      let lower = LatencyHistogram.lowerBoundNanos(bucket)
      let upper = LatencyHistogram.upperBoundNanos(bucket)
      #expect(LatencyHistogram.bucket(lower) == bucket && LatencyHistogram.bucket(upper) == bucket)
      if bucket > 0 { #expect(LatencyHistogram.bucket(lower - 1) == bucket - 1) }
      #expect(Double(upper - lower) <= Double(lower) / 64)
    }
  }

  @Test func quantilesAreLowerEdges() {
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    let empty = histogram.snapshot()
    #expect(empty.quantileNanos(0.5) == nil && empty.minNanos == nil && empty.maxNanos == nil)
    for nanos in 1...100 { histogram.record(nanos: UInt64(nanos)) }
    let snapshot = histogram.snapshot()
    histogram.record(nanos: 1_000_000)
    #expect(snapshot.count == 100)
    #expect(snapshot.quantileNanos(0) == 1)
    #expect(snapshot.quantileNanos(0.1) == 10)
    #expect(snapshot.quantileNanos(0.5) == 50)
    #expect(snapshot.quantileNanos(0.99) == 99)
    #expect(snapshot.quantileNanos(1) == 100)
    #expect(snapshot.minNanos == 1 && snapshot.maxNanos == 100)
    #expect(histogram.snapshot().quantileNanos(1) == 999_424)
    #expect(histogram.snapshot().maxNanos == 1_000_000)
    histogram.record(nanos: .max)
    #expect(histogram.snapshot().quantileNanos(1) == 0xFE00_0000_0000_0000)
    #expect(histogram.snapshot().maxNanos == .max)
  }

  /// Against the sorted list of what was recorded, over nine orders of magnitude.
  @Test(arguments: TestSeed.all(4))
  func quantilesAreWithinTheirBucketOfTheSortedList(seed: UInt64) {
    var random = SeededRandom(seed)
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    var all: [UInt64] = []
    for _ in 0..<20_000 {
      let nanos = random.next() >> (random.next() % 30 + 33)
      all.append(nanos)
      histogram.record(nanos: nanos)
    }
    all.sort()
    let snapshot = histogram.snapshot()
    #expect(snapshot.count == 20_000 && snapshot.minNanos == all.first && snapshot.maxNanos == all.last)
    for q in [0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1] {
      let exact = all[max(1, Int((q * 20_000).rounded(.up))) - 1]
      guard let told = snapshot.quantileNanos(q) else {
        Issue.record("no quantile \(q)")
        continue
      }
      #expect(
        told <= exact && Double(exact - told) <= Double(exact) / 64,
        TestSeed.again(seed, "LatencyHistogramTests", "\(q): \(told) of \(exact)"))
    }
  }

  @Test func manyAtOnceCountAsMany() {
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    histogram.record(nanos: 500, count: 99)
    histogram.record(nanos: 7_000)
    let snapshot = histogram.snapshot()
    #expect(snapshot.count == 100 && snapshot.quantileNanos(0.99) == 500 && snapshot.quantileNanos(1) == 6_976)
  }

  @Test func aDifferenceHoldsWhatCameBetween() {
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    histogram.record(nanos: 1)
    histogram.record(nanos: 1_000_000)
    let before = histogram.snapshot()
    for _ in 0..<10 { histogram.record(nanos: 1_000) }
    let between = histogram.snapshot().since(before)
    #expect(between.count == 10)
    #expect(between.minNanos == 1_000 && between.quantileNanos(0.5) == 1_000 && between.maxNanos == 1_007)
    let nothing = before.since(before)
    #expect(nothing.count == 0 && nothing.quantileNanos(0.5) == nil && nothing.maxNanos == nil)
  }

  /// One thread writes as it does live, another reads: counts never shrink, and in the end all are there.
  @Test func readingWhileWritingSeesEveryCountOnce() throws {
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    let total: UInt64 = 2_000_000
    let isDone = Atomic<Bool>(false)
    let writer = Thread {
      var random = SeededRandom(5)
      for _ in 0..<total { histogram.record(nanos: random.next() >> 44) }
      isDone.store(true, ordering: .releasing)
    }
    writer.start()
    var last = histogram.snapshot()
    var looks = 0
    while !isDone.load(ordering: .acquiring) {
      let next = histogram.snapshot()
      #expect(zip(next.counts, last.counts).allSatisfy { $0 >= $1 })
      last = next
      looks += 1
    }
    #expect(histogram.snapshot().count == total && looks > 1)
  }

  @Test func stagesLieSideBySideUnderTheirNames() throws {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: LatencyStages.byteCount, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: LatencyStages.byteCount)
    let stages = unsafe LatencyStages(zeroedAt: memory)
    for stage in LatencyStage.allCases { stages[stage].record(nanos: UInt64(1_000 + stage.rawValue)) }
    #expect(LatencyHistogram.byteCount == 64 + 8 * 3_776)
    for stage in LatencyStage.allCases {
      let at = memory + stage.rawValue * LatencyHistogram.byteCount
      let name = String(cString: at.assumingMemoryBound(to: CChar.self))
      #expect(name == stage.name)
      #expect(at.load(fromByteOffset: 32, as: UInt64.self) == UInt64(1_000 + stage.rawValue))
      let bucket = LatencyHistogram.bucket(UInt64(1_000 + stage.rawValue))
      #expect(at.load(fromByteOffset: 64 + 8 * bucket, as: UInt64.self) == 1)
      #expect(unsafe LatencyHistogram(writtenAt: at).snapshot() == stages[stage].snapshot())
    }
  }
}
