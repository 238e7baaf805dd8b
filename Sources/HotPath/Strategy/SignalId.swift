import COpenSSL
import Memory

/// The first 26 characters of the lower-case base32 (RFC 4648) of SHA-256 of `name|symbol|long or short|aggId`: the same
/// input gives the same id, so one signal can never lead to two entries.
public struct SignalId: BitwiseCopyable, Sendable, Equatable {
  public static var length: Int { 26 }
  private static var maximumBytes: Int { 256 }

  /// ASCII.
  public private(set) var characters = InlineArray<26, UInt8>(repeating: 0)

  @_noAllocation @_noLocks
  init() {}

  /// Names are given as ranges of UTF-8 in `names`; together they have at most 200 bytes, checked at start.
  @_noAllocation @_noLocks
  init(names: Slab<UInt8>, strategy: NameRange, symbol: NameRange, isLong: Bool, aggId: Int64) {
    var text = InlineArray<256, UInt8>(repeating: 0)
    var count = 0
    Self.append(names, strategy, &text, &count)
    Self.append(UInt8(ascii: "|"), &text, &count)
    Self.append(names, symbol, &text, &count)
    Self.append(UInt8(ascii: "|"), &text, &count)
    Self.append(isLong, &text, &count)
    Self.append(UInt8(ascii: "|"), &text, &count)
    Self.append(aggId, &text, &count)
    var digest = InlineArray<32, UInt8>(repeating: 0)
    // SAFETY: both arrays live on this stack for the call; count <= 256 and the digest has 32 bytes.
    unsafe withUnsafeBytes(of: &text) { input in
      unsafe withUnsafeMutableBytes(of: &digest) { output in
        unsafe apus_sha256(
          input.baseAddress, count, output.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
      }
    }
    var index = 0
    while index < Self.length {
      // Five bits at bit 5 * index, most significant first; 26 * 5 = 130 bits end in the 17th byte.
      let bit = index &* 5
      let pair = UInt16(digest[bit >> 3]) << 8 | UInt16(digest[(bit >> 3) &+ 1])
      let value = UInt8(truncatingIfNeeded: pair >> UInt16(11 &- (bit & 7))) & 31
      characters[index] = value < 26 ? 0x61 &+ value : 0x32 &+ (value &- 26)
      index &+= 1
    }
  }

  public var text: String { String(decoding: (0..<Self.length).map { characters[$0] }, as: UTF8.self) }

  public static func == (left: SignalId, right: SignalId) -> Bool { left.text == right.text }

  @_noAllocation @_noLocks
  private static func append(_ byte: UInt8, _ text: inout InlineArray<256, UInt8>, _ count: inout Int) {
    precondition(count < 256, "names were bounded at start")
    text[count] = byte
    count &+= 1
  }

  @_noAllocation @_noLocks
  private static func append(
    _ names: Slab<UInt8>, _ range: NameRange, _ text: inout InlineArray<256, UInt8>, _ count: inout Int
  ) {
    var index = range.start
    while index < range.end {
      append(names[index], &text, &count)
      index &+= 1
    }
  }

  @_noAllocation @_noLocks
  private static func append(_ isLong: Bool, _ text: inout InlineArray<256, UInt8>, _ count: inout Int) {
    // "long" and "short", most significant byte first.
    var word: UInt64 = isLong ? 0x6C_6F6E_6700_0000 << 8 : 0x7368_6F72_7400_0000
    while word != 0 {
      append(UInt8(truncatingIfNeeded: word >> 56), &text, &count)
      word <<= 8
    }
  }

  @_noAllocation @_noLocks
  private static func append(_ number: Int64, _ text: inout InlineArray<256, UInt8>, _ count: inout Int) {
    var divisor: Int64 = 1
    while number / divisor >= 10 { divisor = divisor &* 10 }
    while divisor > 0 {
      append(0x30 &+ UInt8(truncatingIfNeeded: number / divisor % 10), &text, &count)
      divisor = divisor / 10
    }
  }
}

/// Where a name's UTF-8 lies in a slab of names.
struct NameRange: BitwiseCopyable {
  var start: Int
  var end: Int
}
