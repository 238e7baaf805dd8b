import Testing

@testable import HotPath

@Suite struct LatencyHistogramTests {
  @Test func bucketsCoverAllNanoseconds() {
    #expect(LatencyHistogram.bucket(0) == 0)
    #expect(LatencyHistogram.bucket(15) == 15)
    #expect(LatencyHistogram.bucket(16) == 16)
    #expect(LatencyHistogram.bucket(31) == 31)
    #expect(LatencyHistogram.bucket(32) == 32)
    #expect(LatencyHistogram.bucket(33) == 32)
    #expect(LatencyHistogram.bucket(.max) == 61 * 16 - 1)
  }

  @Test func everyBucketStartsAtItsLowerBound() {
    for bucket in 0..<(61 * 16) {
      let lower = LatencyHistogram.lowerBoundNanos(bucket)
      #expect(LatencyHistogram.bucket(lower) == bucket)
      if bucket > 0 { #expect(LatencyHistogram.bucket(lower - 1) == bucket - 1) }
    }
  }

  @Test func quantilesAreLowerEdges() {
    let histogram = LatencyHistogram()
    defer { histogram.deallocate() }
    #expect(histogram.snapshot().quantileNanos(0.5) == nil)
    for nanos in 1...100 { histogram.record(nanos: UInt64(nanos)) }
    let snapshot = histogram.snapshot()
    histogram.record(nanos: 1_000_000)
    #expect(snapshot.count == 100)
    #expect(snapshot.quantileNanos(0) == 1)
    #expect(snapshot.quantileNanos(0.1) == 10)
    #expect(snapshot.quantileNanos(0.5) == 50)
    #expect(snapshot.quantileNanos(0.99) == 96)
    #expect(snapshot.quantileNanos(1) == 100)
    #expect(histogram.snapshot().quantileNanos(1) == 983_040)
    histogram.record(nanos: .max)
    #expect(histogram.snapshot().quantileNanos(1) == 0xF800_0000_0000_0000)
  }
}
