import Domain
import Foundation
import HotPath
import Testing
import Venues

@testable import apus

/// A fault that concerns connections, how long the run must last for it, and what is to be seen of it.
struct LinkCase: Sendable, CustomTestStringConvertible {
  var name: String
  var scenario: [String]
  var seconds: Double
  var venue: [String] = []
  var sees: @Sendable (EngineCounters, FeedCounts) -> Bool

  var testDescription: String { name }
}

extension LinkCase {
  /// Runs it, and compares with the undisturbed run.
  func check(_ scratch: Scratch) throws {
    let rig = try FaultRig(scratch, scenario: scenario, seconds: seconds, venue: venue)
    #expect(try rig.run(mostSeconds: seconds + 45), "\(rig.snapshot.symbols)")
    #expect(sees(rig.snapshot.counters, rig.feed), "\(rig.snapshot.counters) \(rig.feed)")
    try rig.expectUndisturbed()
  }
}
