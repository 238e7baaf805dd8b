import Memory

/// From a symbol's bytes to the index each record carries instead of a name.
///
/// Open addressing over FNV-1a: a look-up is one hash of some seven bytes and, at a load of at most one half, about
/// one comparison. Names are UTF-8 and may be non-ASCII; the thread that looks them up adds them, and none is removed. A
/// handle without references, so that passing it costs no reference count.
public struct SymbolIndex: Sendable, BitwiseCopyable {
  private let buckets: Slab<UInt32>  // index + 1; 0 is empty
  private let bytes: Slab<UInt8>
  private let starts: Slab<UInt32>  // count + 1 entries: name i is bytes[starts[i]..<starts[i + 1]]
  /// One element: how many names there are.
  private let count: Slab<Int>
  /// Plain names of at most fifteen bytes as two words, in a table of their own of the same size.
  private let shortNames: Slab<ShortName>

  private struct ShortName: BitwiseCopyable {
    /// The first eight bytes, the first one lowest; then the rest. Zero behind the end, and in the sixteenth byte the
    /// length: without it a NUL at the end of a text would be part of any name.
    var low: UInt64
    var high: UInt64
    /// index + 1; 0 is empty.
    var number: Int
  }

  /// `room`: names there is room for, so that `insert` can add some later.
  init(_ names: [String], room: Int = 0) {
    let room = max(names.count, room)
    var capacity = 8
    while capacity < room * 2 { capacity *= 2 }
    buckets = Slab(zeroed: capacity)
    let spare = (room - names.count) * EngineLimits.nameBytesMax
    bytes = Slab(zeroed: names.reduce(0) { $0 + $1.utf8.count } + spare)
    starts = Slab(zeroed: room + 1)
    shortNames = Slab(zeroed: capacity)
    count = Slab(zeroed: 1)
    for name in names { _ = insert(name) }
  }

  /// Adds a name with the next index; false without room. The thread that looks names up: nothing here is locked.
  public func insert(_ name: String) -> Bool {
    let index = count[0]
    let utf8 = Array(name.utf8)
    var at = Int(starts[index])
    guard index + 1 < starts.count, at + utf8.count <= bytes.count else { return false }
    for byte in utf8 {
      bytes[at] = byte
      at += 1
    }
    starts[index + 1] = UInt32(at)
    let mask = buckets.count - 1
    var bucket = Int(Self.hash(utf8.span, 0, utf8.count)) & mask
    while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
    buckets[bucket] = UInt32(index + 1)
    // A name that JSON must escape is only found by the way that reads escapes.
    let isPlain = utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if utf8.count <= Self.shortBytes, isPlain { insertShort(utf8, index) }
    count[0] = index + 1
    return true
  }

  private func insertShort(_ utf8: [UInt8], _ index: Int) {
    var words: [UInt64] = [0, 0]
    for (place, byte) in utf8.enumerated() { words[place / 8] |= UInt64(byte) << UInt64(place % 8 * 8) }
    words[1] |= UInt64(utf8.count) << 56
    var bucket = Self.shortHash(words[0], words[1]) & (shortNames.count - 1)
    while shortNames[bucket].number != 0 { bucket = (bucket + 1) & (shortNames.count - 1) }
    shortNames[bucket] = ShortName(low: words[0], high: words[1], number: index + 1)
  }

  static var shortBytes: Int { 15 }

  /// The index of the symbol that is the first `length` (0...15) bytes of two words; -1 when it isn't one of the run's.
  /// Two comparisons where `find` takes a loop over bytes.
  @_noAllocation @_noLocks
  @inline(__always)
  func find(_ low: UInt64, _ high: UInt64, length: Int) -> Int {
    let bits = UInt64(truncatingIfNeeded: length) << 3
    let isLong = length >= 8
    let first = isLong ? low : low & ~(.max << bits)
    let second = (isLong ? high & ~(.max << (bits & 63)) : 0) | UInt64(truncatingIfNeeded: length) << 56
    let mask = shortNames.count &- 1
    var bucket = Self.shortHash(first, second) & mask
    while shortNames[bucket].number != 0 {
      if shortNames[bucket].low == first {
        if shortNames[bucket].high == second { return shortNames[bucket].number &- 1 }
      }
      bucket = (bucket &+ 1) & mask
    }
    return -1
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private static func shortHash(_ low: UInt64, _ high: UInt64) -> Int {
    let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: mixed >> 32)
  }

  /// The index of the symbol spelled by `text[start..<end]`; nil when it isn't one of the run's.
  @_noAllocation @_noLocks
  public func find(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
    let mask = buckets.count &- 1
    var bucket = Int(Self.hash(text, start, end)) & mask
    while buckets[bucket] != 0 {
      let candidate = Int(buckets[bucket]) &- 1
      if equals(candidate, text, start, end) { return UInt32(candidate) }
      bucket = (bucket &+ 1) & mask
    }
    return nil
  }

  /// The same for a name that was written with escapes: rare, so a walk over all names will do.
  @_noAllocation @_noLocks
  func find(_ text: borrowing JsonText) -> UInt32? {
    var candidate = 0
    while candidate < count[0] {
      let from = Int(starts[candidate])
      let length = Int(starts[candidate &+ 1]) &- from
      var offset = 0
      if length == text.count {
        while offset < length, bytes[from &+ offset] == text.bytes[offset] { offset &+= 1 }
        if offset == length { return UInt32(candidate) }
      }
      candidate &+= 1
    }
    return nil
  }

  @_noAllocation @_noLocks
  private func equals(_ candidate: Int, _ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let from = Int(starts[candidate])
    let to = Int(starts[candidate &+ 1])
    if to &- from != end &- start { return false }
    var offset = 0
    while start &+ offset < end {
      if bytes[from &+ offset] != text[start &+ offset] { return false }
      offset &+= 1
    }
    return true
  }

  @_noAllocation @_noLocks
  private static func hash(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    var index = start
    while index < end {
      hash = (hash ^ UInt32(text[index])) &* 16_777_619
      index &+= 1
    }
    return hash ^ (hash >> 15)
  }
}
