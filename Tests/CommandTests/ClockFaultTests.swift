import CClock
import Domain
import Foundation
import HotPath
import Testing
import Venues

@testable import apus

/// Clocks that jump, a thread that stands still, symbols that go; over real sockets.
@Suite(.serialized) struct ClockFaultTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// `/time` jumps while a gap is to be filled; the venue's own trades say otherwise, and are believed.
  @Test(arguments: [5_000, -5_000, 3_600_000, -3_600_000])
  func aSkewedClockMovesNothing(millis: Int) throws {
    var intervals = VenueWatch.Intervals()
    intervals.clockMillis = 500
    let rig = try FaultRig(
      scratch, scenario: [#"{"fault":"clock_skew","at_ms":3000,"ms":\#(millis)}"#, #"{"fault":"cut","at_ms":5000}"#],
      seconds: 9, intervals: intervals)
    let before = rig.session.clock.monotonicOffsetMillis
    #expect(try rig.run(mostSeconds: 30))
    #expect(abs(rig.session.clock.monotonicOffsetMillis - before) < 250, "the engine's clock is that of the trades")
    let counters = rig.snapshot.counters
    #expect(counters.late == 0 && counters.implausible == 0 && counters.gaps >= 1, "\(counters)")
    #expect(!rig.snapshot.isClockDoubted)
    try rig.expectUndisturbed()
  }

  /// `/time` is wrong from the start and stays so, or is right later: the clock is set to the trades, and all of them get in.
  @Test(arguments: [(3_600_000, 0), (-3_600_000, 0), (3_600_000, 8_000), (-3_600_000, 8_000)])
  func aWrongTimeAtTheStartIsFoundOut(millis: Int, forMillis: Int) throws {
    var intervals = VenueWatch.Intervals()
    intervals.clockMillis = 2_000
    let holds = forMillis > 0 ? #","for_ms":\#(forMillis)"# : ""
    let rig = try FaultRig(
      scratch,
      scenario: [
        #"{"fault":"clock_skew","at_ms":0,"ms":\#(millis)\#(holds)}"#, #"{"fault":"cut","at_ms":15000}"#,
      ], seconds: 19, intervals: intervals)
    let truth = apus_wall_millis() - Int64(apus_monotonic_nanos() / 1_000_000)
    #expect(abs(rig.session.clock.monotonicOffsetMillis - truth) > 3_000_000, "it was believed")
    #expect(try rig.run(mostSeconds: 60), "\(rig.snapshot.symbols)")
    #expect(abs(rig.session.clock.monotonicOffsetMillis - truth) < 1_000)
    let counters = rig.snapshot.counters
    // A tick by the wrong clock may have passed grid points that were still to come; then the windows were built anew.
    #expect((counters.late == 0 || counters.rebuilt >= 1) && counters.gaps >= 1, "\(counters)")
    #expect(!rig.snapshot.isClockDoubted)
    try rig.expectUndisturbed()
  }

  /// Nothing trades while `/time` jumps there and back: it is measured again, without entries meanwhile, then believed.
  @Test func aTimeThatNoTradeContradictsIsMeasuredAgain() throws {
    var intervals = VenueWatch.Intervals()
    intervals.clockMillis = 500
    let rig = try FaultRig(
      scratch, scenario: [#"{"fault":"clock_skew","at_ms":4000,"ms":5000,"for_ms":4000}"#], seconds: 16,
      venue: ["--quiet-until", "12", "--history-hours", "0"], intervals: intervals)
    let before = rig.session.clock.monotonicOffsetMillis
    var doubts: [Bool] = []
    var hasFollowed = false
    #expect(
      try rig.run(mostSeconds: 40) {
        let isDoubted = rig.snapshot.isClockDoubted
        if doubts.last != isDoubted { doubts.append(isDoubted) }
        if abs(rig.session.clock.monotonicOffsetMillis - before - 5_000) < 250 { hasFollowed = true }
      })
    #expect(doubts == [false, true, false, true, false] && hasFollowed, "\(doubts)")
    #expect(abs(rig.session.clock.monotonicOffsetMillis - before) < 250)
    #expect(rig.snapshot.counters.late == 0)
    try rig.expectUndisturbed(young: Set(rig.symbols))
  }

  /// The engine's thread stands still for some seconds while trades come: what the full ring refuses is a gap.
  @Test func anOverflownRingIsAGap() throws {
    let rig = try FaultRig(
      scratch, scenario: [], seconds: 9, venue: ["--rate-total", "400"], inputs: EngineInputs(marketCapacity: 128))
    StoppedThread.install()
    var hasStopped = false
    let begins = Date().addingTimeInterval(3)
    #expect(
      try rig.run(mostSeconds: 40) {
        if !hasStopped, Date() > begins {
          hasStopped = true
          StoppedThread.stop(named: "engine")
        }
      })
    // One connection, never made anew: what is missing was refused by the ring. (A first dial may have timed out.)
    #expect(rig.feed.ringRefused > 100 && rig.feed.connects == 1, "\(rig.feed)")
    #expect(rig.snapshot.counters.gaps >= 1)
    try rig.expectUndisturbed()
  }

  /// Symbols that the venue lists and delists while the run goes on, one of them not ASCII.
  @Test func listingsAndDelistings() throws {
    let scenario = [
      #"{"fault":"delist","at_ms":6000,"symbol":"ETHUSDT"}"#, #"{"fault":"list","at_ms":3000,"symbol":"币安人生USDT"}"#,
    ]
    var intervals = VenueWatch.Intervals()
    intervals.listingMillis = 1_000
    let rig = try FaultRig(
      scratch, scenario: scenario, seconds: 14, symbols: ["BTCUSDT", "ETHUSDT", "币安人生USDT"], tradesAll: true,
      intervals: intervals)
    #expect(rig.session.symbols.names == ["BTCUSDT", "ETHUSDT"])
    #expect(try rig.run(mostSeconds: 40), "\(rig.snapshot.symbols)")
    #expect(rig.session.symbols.names == rig.symbols)
    #expect(rig.snapshot.symbols.map(\.isDelisted) == [false, true, false])
    try rig.expectUndisturbed(young: ["币安人生USDT"])
  }

  /// Four of five go at once, which may be an answer cut short: nobody believes it for twelve looks.
  @Test func manyDelistedAtOnceAreDoubted() throws {
    let names = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT"]
    var intervals = VenueWatch.Intervals()
    intervals.listingMillis = 400
    let rig = try FaultRig(
      scratch, scenario: names.dropFirst().map { #"{"fault":"delist","at_ms":3000,"symbol":"\#($0)"}"# }, seconds: 12,
      symbols: names, intervals: intervals)
    var delistedAt: Date?
    #expect(
      try rig.run(mostSeconds: 40) {
        if delistedAt == nil, rig.snapshot.symbols.contains(where: \.isDelisted) { delistedAt = Date() }
      }, "\(rig.snapshot.symbols)")
    #expect(rig.snapshot.symbols.map(\.isDelisted) == [false, true, true, true, true])
    let began = Date(timeIntervalSince1970: Double(rig.venue.startMillis) / 1_000)
    #expect(try #require(delistedAt).timeIntervalSince(began) > 3 + 11 * 0.4)
    try rig.expectUndisturbed()
  }
}
