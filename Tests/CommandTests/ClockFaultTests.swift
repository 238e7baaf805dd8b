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
    #expect(rig.feed.ringRefused > 100 && rig.feed.disconnects == 0, "\(rig.feed)")
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
}
