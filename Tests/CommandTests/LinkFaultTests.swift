import Domain
import Foundation
import HotPath
import Testing
import Venues

@testable import apus

/// Connections that end, hang or stay silent, over real sockets; afterwards the windows equal those of an undisturbed run.
@Suite(.serialized) struct LinkFaultTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let links: [LinkCase] = [
    LinkCase(name: "cut", scenario: [#"{"fault":"cut","at_ms":4000}"#], seconds: 8) {
      $1.disconnects == 1 && $0.gaps >= 1
    },
    LinkCase(
      name: "cut, then refused",
      scenario: [#"{"fault":"cut","at_ms":4000}"#, #"{"fault":"refuse","at_ms":4000,"for_ms":2500}"#],
      seconds: 10
    ) { $1.disconnects >= 2 && $0.gaps >= 1 },
    LinkCase(
      name: "acknowledged and silent from the start", scenario: [#"{"fault":"silent","at_ms":0,"for_ms":22000}"#],
      seconds: 30
    ) { $1.deaf >= 1 && $0.late == 0 },
    // Not before the first trades, which a slow start may bring late: a stream that never spoke has no windows to build anew.
    LinkCase(name: "silent later", scenario: [#"{"fault":"silent","at_ms":9000,"for_ms":42000}"#], seconds: 59) {
      $1.deaf >= 1 && $0.rebuilt >= 1
    },
    LinkCase(
      name: "one stream silent, the other not",
      scenario: [#"{"fault":"silent","at_ms":9000,"for_ms":36000,"symbol":"ETHUSDT"}"#], seconds: 54
    ) { $1.deaf >= 1 && $0.rebuilt >= 1 },
    LinkCase(name: "the day's end", scenario: [], seconds: 9, venue: ["--session-hours", "0.0014"]) {
      $1.disconnects >= 1 && $0.gaps >= 1
    },
  ]

  @Test(arguments: links)
  func connectionsAreMended(_ link: LinkCase) throws { try link.check(scratch) }

  /// The venue neither reads nor writes any more, and does not end the connection: pings are acknowledged by its kernel and answered
  /// by nobody. The engine itself knows within ten seconds.
  @Test func aHalfOpenSocketIsNoticedWithinTenSeconds() throws {
    let rig = try FaultRig(scratch, scenario: [#"{"fault":"half_open","at_ms":4000}"#], seconds: 17)
    let fault = rig.moment(4)
    var noticed: Date?
    #expect(
      try rig.run(mostSeconds: 62) {
        let now = Date()
        if noticed == nil, now > fault, rig.isCutOff { noticed = now }
      }, "\(rig.snapshot.symbols)")
    let seconds = try #require(noticed).timeIntervalSince(fault)
    #expect(seconds < 10, "the engine knew after \(seconds) s")
    #expect(rig.feed.disconnects == 1 && rig.snapshot.counters.gaps >= 1, "\(rig.feed)")
    try rig.expectUndisturbed()
  }

  /// The venue is a machine of its own, and its cable is pulled for twelve seconds: not even the kernels hear of each other.
  @Test(
    .enabled(
      if: NetworkNamespace.isPermitted,
      "no network namespace can be made: that takes root and `ip` (apt-get install iproute2)"))
  func aPulledCableIsNoticedWithinTenSeconds() throws {
    let namespace = try NetworkNamespace()
    let rig = try FaultRig(scratch, scenario: [], seconds: 24, namespace: namespace)
    let (pull, plug) = (rig.moment(4), rig.moment(16))
    var (pulled, plugged, noticed): (Date?, Date?, Date?)
    #expect(
      try rig.run(mostSeconds: 90) {
        let now = Date()
        if pulled == nil, now > pull {
          namespace.pull()
          pulled = Date()
        } else if plugged == nil, now > plug {
          namespace.plug()
          plugged = Date()
        }
        if pulled != nil, noticed == nil, rig.isCutOff { noticed = now }
      }, "\(rig.snapshot.symbols) \(rig.feed)")
    let began = try #require(pulled)
    let seconds = try #require(noticed).timeIntervalSince(began)
    #expect(seconds < 10, "the engine knew after \(seconds) s")
    #expect(try #require(plugged) > began.addingTimeInterval(10), "it was no longer pulled")
    #expect(rig.feed.disconnects >= 1 && rig.snapshot.counters.gaps >= 1, "\(rig.feed)")
    try rig.expectUndisturbed()
  }

  /// A cut, after which REST is silent for so long that the answers about quiet symbols are old when they come: their streams
  /// are not deaf, and the connection is left alone. One of the two trades 7 s after the start, the other 14 s.
  @Test func aLateAnswerCutsNothing() throws {
    let rig = try FaultRig(
      scratch,
      scenario: [
        #"{"fault":"cut","at_ms":2000}"#,
        #"{"fault":"http","status":429,"retry_after_s":9,"path":"/fapi/v1/aggTrades","at_ms":9000,"for_ms":11000}"#,
      ], seconds: 20, venue: ["--rate-total", "0.002", "--burst-trades", "5", "--burst-every-ms", "7000"])
    #expect(try rig.run(mostSeconds: 45), "\(rig.snapshot.symbols)")
    #expect(rig.feed.deaf == 0 && rig.feed.disconnects == 1, "\(rig.feed)")
    #expect(rig.session.setup.rest.state.refusals >= 1, "no question was asked while REST was silent")
    try rig.expectUndisturbed()
  }

  /// A follower is there before the venue ends the connection: no cut, no gap.
  @Test func theDaysEndIsOverlapped() throws {
    var options = FeedOptions()
    options.lifeMillis = 2_000
    options.lifeJitterMillis = 0
    options.overlapMillis = 1_000
    let rig = try FaultRig(
      scratch, scenario: [], seconds: 12, venue: ["--session-hours", "0.0014"], feedOptions: options)
    #expect(try rig.run(mostSeconds: 40))
    let (engine, feed) = (rig.snapshot.counters, rig.feed)
    #expect(feed.rotations >= 3 && feed.disconnects == 0, "\(feed)")
    #expect(engine.overlapped > 0 && engine.gaps == 0 && engine.dropped == 0, "\(engine)")
    try rig.expectUndisturbed()
  }

  /// One of four streams is refused for a while: the others flow, it is cut off, and afterwards nothing is missing anywhere.
  @Test func aRefusedStreamDisturbsNoOther() throws {
    var options = FeedOptions()
    options.refusedMillis = 2_000
    let symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]
    let rig = try FaultRig(
      scratch, scenario: [#"{"fault":"refuse_stream","symbol":"SOLUSDT","at_ms":0,"for_ms":9000}"#], seconds: 16,
      symbols: symbols, feedOptions: options)
    var others = Set<Int>()
    var wasCutOff = false
    #expect(
      try rig.run(mostSeconds: 45) {
        let views = rig.snapshot.symbols
        guard rig.feed.refusedStreams == 1, rig.feed.trades > 0, views.count == 4 else { return }
        if views[2].phase == .awaiting {
          wasCutOff = true
          others.formUnion([0, 1, 3].filter { views[$0].phase == .flowing })
        }
      })
    #expect(wasCutOff && others == [0, 1, 3])
    #expect(rig.feed.refusedStreams == 1 && rig.feed.disconnects == 0 && rig.feed.deaf == 0, "\(rig.feed)")
    try rig.expectUndisturbed()
  }
}
