import Testing

@testable import hot_bench

@Suite("Times of batches")
struct BatchTimesTests {
  @Test func percentilesAreNearestRanks() {
    let times = BatchTimes(nanos: (1...10_000).reversed().map(Double.init))
    #expect(times.min == 1)
    #expect(times.p50 == 5_000)
    #expect(times.p99 == 9_900)
    #expect(times.p999 == 9_990)
    #expect(times.p9999 == 9_999)
    #expect(times.mean == 5_000.5)
  }

  @Test func aFewBatchesGiveTheirLargestForHighPercentiles() {
    let times = BatchTimes(nanos: [3, 1, 2])
    #expect(times.p50 == 2)
    #expect(times.p99 == 3)
    #expect(times.p9999 == 3)
    #expect(BatchTimes(nanos: [7]).p50 == 7)
  }

  @Test func theClocksOwnTimeIsSubtractedOnceABatch() {
    let clock = TickClock(nanosPerTick: 0.5, emptyTicks: 20)
    let times = BatchTimes(ticks: [20 + 64, 20 + 128, 10], itemsPerBatch: 32, clock: clock)
    // A batch that seems shorter than an empty one took nothing, not a negative time.
    #expect(times.nanos == [0, 1, 2])
  }

  @Test func aRatioIsOfMinimaAndAGoalIsReachedAtIt() throws {
    var row = RowResult(
      name: "parse.combined", ours: BatchTimes(nanos: [110, 300]), baselineName: "c++ scanner",
      baseline: BatchTimes(nanos: [100, 200]), items: 64, batch: 32, goal: 1.1)
    #expect(row.ratio == 1.1)
    #expect(row.isReached == true)
    row.goal = 1.09
    #expect(row.isReached == false)
    row.bytesPerTrade = 33
    row.goal = 2
    #expect(row.isReached == false)
    row.goal = nil
    #expect(row.isReached == nil)
  }

  @Test func aLineOfJsonHasNumbersUnderTheAgreedNames() {
    let row = RowResult(
      name: "replay.grid.csv", ours: BatchTimes(nanos: [123_456.7, 200_000]), baselineName: "c++ replay",
      baseline: BatchTimes(nanos: [0.5, 0.6]), items: 64, batch: 32, tradesPerSecond: 5_500_000,
      tradesPerSecondGoal: 5_000_000)
    let line = row.json
    #expect(line.hasPrefix(#"{"name":"replay.grid.csv","min_ns":123457,"p50_ns":123457,"p99_ns":200000,"#))
    for key in ["p99_ns", "p999_ns", "p9999_ns", "baseline_min_ns", "baseline_p50_ns", "ratio"] {
      #expect(line.contains("\"\(key)\":"))
    }
    #expect(line.contains(#""baseline":"c++ replay""#))
    #expect(
      line.contains(#""trades_per_second":5500000,"trades_per_second_goal":5000000,"reached":true,"flags":"Swift "#))
    #expect(line.contains(#""ratio_of":"minima""#) && line.contains(#""baseline_flags":"clang "#))
    #expect(!line.contains("\n"))
  }

  /// A round belongs to where its probe says the cores were; the ratio that counts is of all.
  @Test func nearAndFarRoundsAreToldApart() {
    var pairs = CoreDistance()
    for ratio in [2.2, 2.0, 2.4] { pairs.add(ratio: ratio, probeNanos: 60) }
    for ratio in [1.1, 1.0] { pairs.add(ratio: ratio, probeNanos: CoreDistance.farNanos) }
    #expect(pairs.median == 2.0)
    #expect(pairs.note == "median of pairs, near 2.20 of 3, far 1.10 of 2")
    let fields = Dictionary(uniqueKeysWithValues: pairs.fields.map { ($0.name, $0.value) })
    #expect(fields == ["near_rounds": 3, "far_rounds": 2, "near_ratio": 2.2, "far_ratio": 1.1])
    var near = CoreDistance()
    near.add(ratio: 2, probeNanos: 60)
    #expect(near.note == "median of pairs, near 2.00 of 1" && near.fields.count == 3)
  }
}
