import COpenSSL
import Memory
import Testing

@testable import HotPath

@Suite struct SignalIdTests {
  private func id(_ strategy: String, _ symbol: String, isLong: Bool, _ aggId: Int64) -> String {
    let bytes = Array((symbol + strategy).utf8)
    let names = Slab<UInt8>(zeroed: bytes.count)
    defer { names.deallocate() }
    for (index, byte) in bytes.enumerated() { names[index] = byte }
    let split = symbol.utf8.count
    return SignalId(
      names: names, strategy: NameRange(start: split, end: bytes.count), symbol: NameRange(start: 0, end: split),
      isLong: isLong, aggId: aggId
    ).text
  }

  /// Digest by OpenSSL's EVP interface, base32 by way of a string of bits.
  private func independent(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    guard unsafe EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil) == 1, count == 32 else { return "" }
    let bits = digest.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
    return String((0..<26).map { place in alphabet[bits[place * 5..<place * 5 + 5].reduce(0) { $0 * 2 + Int($1) }] })
  }

  /// Computed once with Python's hashlib and base64.
  @Test func knownIds() {
    #expect(id("v52_8signals", "BTCUSDT", isLong: true, 3_478_018_549) == "r5njkghsj2dlfswe2mmkbxwix4")
    #expect(id("v51_baseline", "币安人生USDT", isLong: false, 0) == "zmp32adtf3sfv4cdf2vd3hfd5s")
    #expect(id("flow", "BTCUSDT", isLong: true, .max) == "7ahfq4soug74xspp45b2dgcqu6")
  }

  @Test(arguments: TestSeed.all(1))
  func idsEqualAnIndependentComputation(seed: UInt64) {
    var random = SeededRandom(seed)
    for _ in 0..<300 {
      let strategy = String(repeating: "s", count: 1 + random.below(EngineLimits.nameBytesMax))
      let symbol = String(repeating: "B", count: 1 + random.below(EngineLimits.nameBytesMax))
      let aggId = Int64(random.next() >> UInt64(1 + random.below(63)))
      let isLong = random.chance(500)
      let text = "\(strategy)|\(symbol)|\(isLong ? "long" : "short")|\(aggId)"
      #expect(id(strategy, symbol, isLong: isLong, aggId) == independent(text), TestSeed.again(seed, "SignalIdTests"))
    }
  }

  @Test func everyPartMakesAnotherId() {
    let ids = [
      id("a", "b", isLong: true, 1), id("a", "b", isLong: false, 1), id("a", "b", isLong: true, 2),
      id("b", "a", isLong: true, 1), id("ab", "b", isLong: true, 1),
    ]
    #expect(Set(ids).count == ids.count)
  }
}
