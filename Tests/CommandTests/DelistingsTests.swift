import Testing

@testable import apus

/// When a symbol that the venue's list lacks is given up.
@Suite struct DelistingsTests {
  private static let known = Set((0..<30).map { "S\($0)" })

  /// The expectation macro copies what it looks into.
  private final class Looks {
    private var delistings = Delistings()

    func one(without missing: Set<String>) -> Delistings.Look {
      delistings.look(known: DelistingsTests.known, trading: DelistingsTests.known.subtracting(missing))
    }

    /// The symbols told gone at each of so many looks that lack `missing`.
    func some(_ count: Int, without missing: Set<String>) -> [[String]] {
      (0..<count).map { _ in one(without: missing).gone }
    }
  }

  @Test func aSymbolIsGoneAfterThreeLooksInARow() {
    let looks = Looks()
    #expect(looks.some(2, without: ["S3"]) == [[], []])
    #expect(looks.some(1, without: []) == [[]])
    #expect(looks.some(5, without: ["S3"]) == [[], [], ["S3"], [], []], "told once")
  }

  /// A few at a time, as venues do it: those of before do not make the next ones many.
  @Test func delistingsAddUp() {
    let looks = Looks()
    var missing: Set<String> = []
    for number in 0..<10 {
      missing.formUnion(["S\(2 * number)", "S\(2 * number + 1)"])
      #expect(looks.some(3, without: missing).last?.count == 2, "after \(number) pairs")
    }
  }

  @Test func manyAtOnceNeedMoreLooks() {
    let looks = Looks()
    let many: Set<String> = ["S0", "S1", "S2", "S3"]
    let first = looks.one(without: many)
    #expect(first == Delistings.Look(gone: [], doubted: 4))
    #expect(looks.some(10, without: many).joined().isEmpty)
    let last = looks.one(without: many)
    #expect(last == Delistings.Look(gone: many.sorted(), doubted: 0), "believed in the end")
    #expect(looks.some(12, without: many).joined().isEmpty, "told once")
  }

  /// An answer in parts, again and again, is not believed; nor an empty one.
  @Test func anAnswerThatIsWholeBeginsAnew() {
    let looks = Looks()
    #expect(looks.some(11, without: Self.known).joined().isEmpty)
    #expect(looks.some(1, without: ["S7"]) == [["S7"]], "it was missing twelve times")
    #expect(looks.some(11, without: Self.known).joined().isEmpty)
  }
}
