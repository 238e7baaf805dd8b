/// Decisions out of an input's bytes; when they are used up, every further one is 0.
struct FuzzInput {
  private let bytes: [UInt8]
  private var at = 0
  private var end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  var isEmpty: Bool { at >= end }
  /// What neither end has taken yet.
  var rest: ArraySlice<UInt8> { bytes[at..<end] }

  mutating func byte() -> UInt8 {
    guard at < end else { return 0 }
    defer { at += 1 }
    return bytes[at]
  }

  /// From the end: text before it stays readable, so that seeds are frames and answers with a short tail.
  mutating func lastByte() -> UInt8 {
    guard at < end else { return 0 }
    end -= 1
    return bytes[end]
  }

  mutating func one<Value>(of values: [Value]) -> Value { values[Int(byte()) % values.count] }
}

/// What libFuzzer lends for one call, copied: AddressSanitizer then watches the end of the copy.
func lent(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  // SAFETY: libFuzzer lends `count` bytes for the length of its call.
  unsafe Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : count))
}
