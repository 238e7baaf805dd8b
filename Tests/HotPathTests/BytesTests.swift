import CBytes
import CPlainBytes
import Testing

@testable import HotPath

/// Sixteen bytes at once and one by one: the same answer to any text.
@Suite struct BytesTests {
  /// Else the comparison is of a thing with itself; on a processor without the vectors it is, and says so.
  @Test func theTwoAreNotTheSame() {
    #if arch(x86_64)
      withKnownIssue("built for a processor without SSE4.1", isIntermittent: true) { #expect(apus_has_vectors() == 1) }
    #endif
    #expect(apus_plain_has_vectors() == 0)
  }

  @Test(arguments: TestSeed.all(4))
  func vectorsAndPlainCAgree(seed: UInt64) {
    var random = SeededRandom(seed)
    let digits = Array("0123456789".utf8)
    let others = Array(".,\"\\ e-/:\u{0}\u{1F}\u{7F}é".utf8)
    var numbers = 0
    var decimals = 0
    for _ in 0..<20_000 {
      var text = (0..<32).map { _ in random.chance(900) ? digits[random.below(10)] : others[random.below(others.count)] }
      // A number of a random length with its end, so that most are near what is accepted.
      let length = 1 + random.below(17)
      text[length] = random.chance(500) ? UInt8(ascii: "\"") : UInt8(ascii: ",")
      if random.chance(600) { text[random.below(length)] = UInt8(ascii: ".") }
      let again = TestSeed.again(seed, "vectorsAndPlainCAgree", String(decoding: text, as: UTF8.self))
      text.withUnsafeBufferPointer { bytes in
        guard let at = bytes.baseAddress else { return }
        #expect(apus_string_ends16(at) == apus_plain_string_ends16(at), again)
        #expect(apus_quotes16(at) == apus_plain_quotes16(at), again)
        let whole = apus_whole15(at)
        let plainWhole = apus_plain_whole15(at)
        #expect(whole.length == plainWhole.length, again)
        if whole.length > 0 {
          numbers += 1
          #expect(whole.value == plainWhole.value, again)
        }
        for closer in [UInt8(ascii: "\""), UInt8(ascii: ",")] {
          let decimal = apus_decimal15(at, closer)
          let plainDecimal = apus_plain_decimal15(at, closer)
          #expect(decimal.length == plainDecimal.length, again)
          if decimal.length > 0 {
            decimals += 1
            #expect(decimal.value == plainDecimal.value, again)
          }
        }
      }
    }
    #expect(numbers > 1_000 && decimals > 1_000)
  }
}
