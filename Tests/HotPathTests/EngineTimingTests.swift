import CClock
import CRecords
import Testing

@testable import HotPath

@Suite struct EngineTimingTests {
  private func counts(_ stages: LatencyStages) -> [LatencyStage: UInt64] {
    Dictionary(uniqueKeysWithValues: LatencyStage.allCases.map { ($0, stages[$0].snapshot().count) })
  }

  private func feed(_ stages: LatencyStages, _ timing: inout FeedTiming, _ record: inout apus_record, at nanos: UInt64)
  {
    let isSampled = timing.begin(&record, arrivalNanos: nanos)
    timing.parsed(&record, isSampled: isSampled)
  }

  @Test func aRecordCarriesItsWholeStamp() {
    var record = apus_record()
    for nanos in [0, 1, UInt64(UInt32.max) + 5, 0x1234_5678_9ABC_DEF0] {
      record.arrivalNanos = nanos
      #expect(record.arrivalNanos == nanos)
      #expect(record.received_ns == UInt32(truncatingIfNeeded: nanos))
      record.now_delta_ms = 0
      #expect(!record.isSampled)
      record.sample(pushedNanos: nanos + 700)
      #expect(record.isSampled && record.pushedNanos == nanos + 700)
    }
    record.sample(pushedNanos: record.arrivalNanos)
    #expect(record.isSampled && record.pushedNanos == record.arrivalNanos + 1)
    record.sample(pushedNanos: record.arrivalNanos + 3_000_000_000)
    #expect(record.pushedNanos == record.arrivalNanos + 3_000_000_000)
    record.sample(pushedNanos: record.arrivalNanos + 60_000_000_000)
    #expect(record.pushedNanos == record.arrivalNanos + UInt64(UInt32.max))
  }

  /// Bursts of one arrival, a millisecond apart: each place of each is met, none by far the most.
  @Test func everyPlaceOfABurstIsChosen() {
    for burst in [1, 2, 3, 7, 16, 31, 64, 100] {
      var choice = SampleChoice()
      var chosen = [Int](repeating: 0, count: burst)
      for turn in 0..<6_000 as Range<UInt64> {
        for place in 0..<burst where choice.next(arrivalNanos: 1 + turn * 1_000_000) { chosen[place] += 1 }
      }
      let all = chosen.reduce(0, +)
      #expect(chosen.allSatisfy { $0 > 0 } && (burst == 1 || chosen[0] * 3 < all * 2), "\(burst): \(chosen)")
    }
  }

  /// However many come: one a millisecond at most. However few: one in 255 at least.
  @Test func samplesAreNeitherManyNorFew() {
    var choice = SampleChoice()
    let ofMany = (0..<1_000_000 as Range<UInt64>).filter { choice.next(arrivalNanos: 1 + $0 * 100) }.count
    #expect((60...100).contains(ofMany))
    var quiet = SampleChoice()
    let chosen = (1...10_000 as ClosedRange<UInt64>).filter { quiet.next(arrivalNanos: $0 * 200_000_000) }
    #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $1 - $0 <= 255 } && (150...400).contains(chosen.count))
  }

  @Test func everyTradeCountsEndToEndAndASampleByStage() throws {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    let rig = EngineRig()
    var feed = FeedTiming(stages)
    var timing = EngineTiming(stages)
    for id in 1...25_600 as ClosedRange<Int64> {
      var record = Records.trade(id, 1_000_000 + id, "100")
      // As if 20 came in a millisecond, up to now.
      self.feed(stages, &feed, &record, at: apus_stamp_nanos() &- UInt64(25_600 - id) * 50_000)
      rig.step(record, nowMillis: record.time_ms + 5, &timing)
      if id % 100 == 0 { timing.settle() }
    }
    feed.turned(arrivalNanos: apus_stamp_nanos())
    let counts = counts(stages)
    #expect(counts[.decision] == 25_600 && counts[.turn] == 1)
    for stage in [LatencyStage.wait, .parse, .queue, .windows, .score, .decide, .step, .venue] {
      #expect((200...1_000).contains(counts[stage] ?? 0), "\(stage): \(counts[stage] ?? 0)")
    }
    // The parts of a step are within the step.
    let least = try #require(stages[.step].snapshot().minNanos)
    #expect(least >= (stages[.windows].snapshot().minNanos ?? .max))
    #expect(rig.counters.trades == 25_600)
    #expect((stages[.venue].snapshot().maxNanos ?? .max) <= 5_000_000)
  }

  @Test func waitingForTheBatchCountsForEachOfIt() throws {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    let rig = EngineRig()
    var timing = EngineTiming(stages)
    let now = apus_stamp_nanos()
    // Two turns of three trades: 8 s and 2 ms ago, the first one longer than 32 bits of nanoseconds.
    for (id, ago) in zip(
      (1 as Int64)..., [8_000_000_000, 8_000_000_000, 8_000_000_000, 2_000_000, 2_000_000, 2_000_000] as [UInt64])
    {
      var record = Records.trade(id, 1_000_000 + id, "100")
      record.arrivalNanos = now - ago
      rig.step(record, nowMillis: 0, &timing)
    }
    #expect(counts(stages)[.decision] == 0)
    timing.settle()
    timing.settle()
    let decision = stages[.decision].snapshot()
    #expect(decision.count == 6)
    // Another test may calibrate meanwhile: the two clocks differ by microseconds.
    #expect((decision.minNanos ?? 0) >= 1_900_000 && (decision.maxNanos ?? 0) >= 7_900_000_000)
    #expect((decision.quantileNanos(0.5) ?? 0) < 7_000_000_000 && (decision.quantileNanos(0.51) ?? 0) > 7_500_000_000)
  }

  @Test func aFrameBehindOthersIsChargedForItsWait() {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    var timing = FeedTiming(stages)
    let arrivalNanos = apus_stamp_nanos() - 3_000_000
    var pushedNanos: [UInt64] = []
    for _ in 0..<512 {
      var record = apus_record()
      let isSampled = timing.begin(&record, arrivalNanos: arrivalNanos)
      timing.parsed(&record, isSampled: isSampled)
      #expect(record.arrivalNanos == arrivalNanos && record.isSampled == isSampled)
      if isSampled { pushedNanos.append(record.pushedNanos - arrivalNanos) }
    }
    timing.turned(arrivalNanos: arrivalNanos)
    let wait = stages[.wait].snapshot()
    #expect(wait.count == pushedNanos.count && (1...4).contains(wait.count))
    #expect((wait.minNanos ?? 0) >= 2_900_000 && pushedNanos.allSatisfy { $0 >= 2_900_000 })
    #expect((stages[.parse].snapshot().maxNanos ?? .max) < 2_900_000)
    #expect((stages[.turn].snapshot().minNanos ?? 0) >= 2_900_000)
  }

  @Test func aHeldTradeHasAStepButNoWindows() {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    let rig = EngineRig(gapPolicy: .hold)
    var timing = EngineTiming(stages)
    var record = Records.trade(7, 1_000_000, "100")
    record.arrivalNanos = apus_stamp_nanos()
    record.sample(pushedNanos: apus_stamp_nanos())
    rig.step(record, nowMillis: 1_000_000, &timing)
    let counts = counts(stages)
    #expect(counts[.step] == 1 && counts[.queue] == 1 && counts[.windows] == 0 && counts[.decide] == 0)
  }

  @Test func onTheGridATradeIsNotScored() {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    let rig = EngineRig(timing: .everyGridPoint)
    var timing = EngineTiming(stages)
    var record = Records.trade(7, 1_000_000, "100")
    record.arrivalNanos = apus_stamp_nanos()
    record.sample(pushedNanos: apus_stamp_nanos())
    rig.step(record, nowMillis: 1_000_000, &timing)
    let counts = counts(stages)
    #expect(counts[.windows] == 1 && counts[.score] == 0 && counts[.decide] == 1)
  }

  /// Armed or not, the same trades give the same engine.
  @Test func stampsDecideNothing() {
    let stages = LatencyStages()
    defer { stages.deallocate() }
    let plain = EngineRig(output: .all)
    let timed = EngineRig(output: .all)
    var timing = EngineTiming(stages)
    for id in 1...2_000 as ClosedRange<Int64> {
      var record = Records.trade(id, 1_000_000 + id * 97, id % 3 == 0 ? "100" : "101", sell: id % 5 < 2)
      plain.step(record)
      record.arrivalNanos = apus_stamp_nanos()
      record.sample(pushedNanos: apus_stamp_nanos())
      timed.step(record, nowMillis: 0, &timing)
    }
    #expect(plain.evaluations.count == 2_000)
    #expect(plain.evaluations.map { "\($0)" } == timed.evaluations.map { "\($0)" })
    #expect(plain.view() == timed.view())
  }
}

extension EngineRig {
  /// One live trade, timed as the live engine's thread times it.
  fileprivate func step(_ record: apus_record, nowMillis: Int64, _ timing: inout EngineTiming) {
    if timing.isUsual(record) {
      timing.count()
      step(record)
    } else {
      timing.begin(record, &engine)
      step(record)
      timing.end(nowMillis: nowMillis, &engine)
    }
  }
}
