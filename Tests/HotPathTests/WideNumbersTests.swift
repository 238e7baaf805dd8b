import Testing

@testable import HotPath

@Suite struct WideNumbersTests {
  /// The nearest double by decimal text, which Swift reads correctly rounded.
  private func nearest(_ value: Int128) -> Double { Double("\(value)") ?? .nan }

  @Test func edges() {
    var cases: [Int128] = [0, 1, -1, .max, .min, .max - 1, .min + 1]
    for shift in 50..<127 {
      let power = Int128(1) << Int128(shift)
      cases += [power - 1, power, power + 1, -power - 1, -power, -power + 1]
      // A tie of the 53 bits and its neighbours, with an even and an odd last bit.
      if shift >= 54 {
        let half = Int128(1) << Int128(shift - 53)
        for tie in [power + half, power + 3 * half] { cases += [tie - 1, tie, tie + 1, -tie - 1, -tie, -tie + 1] }
      }
    }
    for value in cases { #expect(WideNumbers.double(value) == nearest(value), "\(value)") }
  }

  @Test(arguments: TestSeed.all(1))
  func everyMagnitude(seed: UInt64) {
    var random = SeededRandom(seed)
    for _ in 0..<4_000 {
      let bits = Int128(truncatingIfNeeded: random.next()) << 64 | Int128(random.next())
      let value = bits >> Int128(random.below(127))
      #expect(WideNumbers.double(value) == nearest(value), TestSeed.again(seed, "WideNumbersTests", "\(value)"))
      #expect(WideNumbers.double(value) == Double(value), TestSeed.again(seed, "WideNumbersTests", "\(value)"))
    }
  }

  @Test func signs() {
    #expect(WideNumbers.sign(0) == 0)
    #expect(WideNumbers.sign(Int128(1) << 100) == 1)
    #expect(WideNumbers.sign(-(Int128(1) << 100)) == -1)
  }
}
