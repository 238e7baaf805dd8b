import Domain
import Foundation
import HotPath
import Testing
import Venues

@testable import apus

/// A gap that is to be filled while REST is out of order, over real sockets; afterwards the windows equal those of an
/// undisturbed run.
@Suite(.serialized) struct RestFaultTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let answers: [LinkCase] = [
    LinkCase(
      name: "429 while a gap is to be filled",
      scenario: [
        #"{"fault":"cut","at_ms":4000}"#,
        #"{"fault":"http","status":429,"retry_after_s":3,"at_ms":3900,"for_ms":3000}"#,
      ], seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "418 while a gap is to be filled",
      scenario: [
        #"{"fault":"cut","at_ms":4000}"#,
        #"{"fault":"http","status":418,"retry_after_s":4,"at_ms":3900,"for_ms":4000}"#,
      ], seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "403 in HTML",
      scenario: [
        #"{"fault":"cut","at_ms":4000}"#,
        #"{"fault":"http","status":403,"retry_after_s":3,"at_ms":3900,"for_ms":3000}"#,
      ], seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "HTML instead of JSON",
      scenario: [#"{"fault":"cut","at_ms":4000}"#, #"{"fault":"html","at_ms":3900,"for_ms":2500}"#], seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "bodies cut short",
      scenario: [#"{"fault":"cut","at_ms":4000}"#, #"{"fault":"cut_body","at_ms":3900,"for_ms":2500}"#], seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "slow bodies",
      scenario: [
        #"{"fault":"slow_body","bytes_per_s":20000,"at_ms":0,"for_ms":6000}"#, #"{"fault":"cut","at_ms":4000}"#,
      ],
      seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
    LinkCase(
      name: "no answer at all",
      scenario: [#"{"fault":"cut","at_ms":4000}"#, #"{"fault":"stall","at_ms":3900,"for_ms":3000}"#],
      seconds: 9
    ) { $1.disconnects == 1 && $0.gaps >= 1 },
  ]

  @Test(arguments: answers)
  func theGapIsFilledAllTheSame(_ answer: LinkCase) throws { try answer.check(scratch) }
}
