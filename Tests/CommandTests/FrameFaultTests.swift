import Domain
import Foundation
import HotPath
import Testing
import Venues

@testable import apus

/// Faults of single frames, each over real sockets; afterwards the windows equal those of a run over the same trades that
/// nothing disturbed.
@Suite(.serialized) struct FrameFaultTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A fault of frames, and what is to be seen of it.
  struct FrameCase: Sendable, CustomTestStringConvertible {
    var fault: String
    var more: [String] = []
    var seconds = 7.0
    var sees: @Sendable (EngineCounters, FeedCounts) -> Bool

    var testDescription: String { fault }
  }

  static let frames: [FrameCase] = [
    FrameCase(fault: #"{"fault":"duplicate","symbol":"BTCUSDT","at_event":60,"count":20}"#) { engine, _ in
      engine.dropped >= 20 && engine.gaps == 0 && engine.quarantined == 0
    },
    FrameCase(fault: #"{"fault":"reorder","symbol":"BTCUSDT","at_event":60,"count":5}"#) { engine, _ in
      engine.reordered >= 3 && engine.gaps == 0
    },
    FrameCase(fault: #"{"fault":"skip","symbol":"BTCUSDT","at_event":60,"count":10}"#) { engine, _ in engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"contradict","symbol":"BTCUSDT","at_event":60}"#) { engine, _ in
      engine.quarantined == 1 && engine.rebuilt == 0
    },
    FrameCase(fault: #"{"fault":"contradict","symbol":"BTCUSDT","at_event":60,"first":true}"#) { engine, _ in
      engine.quarantined == 1 && engine.rebuilt == 1
    },
    FrameCase(fault: #"{"fault":"unknown_fields","symbol":"BTCUSDT","at_event":60,"count":20}"#) { engine, feed in
      engine.gaps == 0 && feed.malformed == 0
    },
    FrameCase(fault: #"{"fault":"truncate","symbol":"BTCUSDT","at_event":60,"count":3}"#) { engine, feed in
      feed.malformed == 3 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"malformed","symbol":"BTCUSDT","at_event":60,"count":3}"#) { engine, feed in
      feed.malformed == 3 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"bad_number","number":"NaN","symbol":"BTCUSDT","at_event":60}"#) { engine, feed in
      feed.badNumber == 1 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"bad_number","number":"1e400","symbol":"BTCUSDT","at_event":60}"#) { engine, feed in
      feed.badNumber == 1 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"bad_number","number":"-1","symbol":"BTCUSDT","at_event":60}"#) { engine, feed in
      feed.badNumber == 1 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"bad_number","number":"0","symbol":"BTCUSDT","at_event":60}"#) { engine, feed in
      feed.badNumber == 1 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"bad_number","number":"0.000000001","symbol":"BTCUSDT","at_event":60}"#) {
      engine, feed in
      feed.badNumber == 1 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"price_x10","symbol":"BTCUSDT","at_event":60}"#) { engine, _ in
      engine.doubted >= 1 && engine.quarantined == 1
    },
    FrameCase(fault: #"{"fault":"time_ahead","ms":90000,"symbol":"BTCUSDT","at_event":60,"count":3}"#) { engine, _ in
      engine.implausible == 3 && engine.gaps == 1
    },
    FrameCase(fault: #"{"fault":"id_ahead","by":10000001,"symbol":"BTCUSDT","at_event":60,"count":3}"#) { engine, _ in
      engine.implausible == 3 && engine.gaps == 1
    },
    // Merely too high: held, until trades below it are five seconds younger.
    FrameCase(fault: #"{"fault":"id_ahead","by":100000,"symbol":"BTCUSDT","at_event":60}"#, seconds: 14) { engine, _ in
      engine.implausible == 0 && engine.quarantined == 1 && engine.gaps >= 1
    },
    // Behind a hole both contents wait, and neither is believed.
    FrameCase(
      fault: #"{"fault":"skip","symbol":"BTCUSDT","at_event":60}"#,
      more: [#"{"fault":"contradict","symbol":"BTCUSDT","at_event":61,"first":true}"#]
    ) { engine, _ in
      engine.quarantined == 1 && engine.rebuilt == 0 && engine.gaps >= 1
    },
    FrameCase(fault: #"{"fault":"oversized","symbol":"BTCUSDT","at_event":60}"#) { engine, feed in
      feed.oversized == 1 && engine.gaps == 0
    },
  ]

  @Test(arguments: frames)
  func framesAreSettled(_ frame: FrameCase) throws {
    let rig = try FaultRig(scratch, scenario: [frame.fault] + frame.more, seconds: frame.seconds)
    #expect(try rig.run(mostSeconds: frame.seconds + 23), "\(rig.snapshot.symbols)")
    #expect(frame.sees(rig.snapshot.counters, rig.feed), "\(rig.snapshot.counters) \(rig.feed)")
    try rig.expectUndisturbed()
  }
}
