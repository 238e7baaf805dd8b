/// The frames of a run by their trades' numbers, without the object that owns them.
struct Frames {
  private let base: UnsafePointer<UInt8>
  private let offsets: UnsafePointer<Int>
  private let first: Int

  init(_ input: ProbeInput) {
    base = input.frames.base
    offsets = input.frames.offsets
    first = input.firstFrame
  }

  @inline(__always)
  subscript(number: Int) -> UnsafeBufferPointer<UInt8> {
    let index = number &- first
    return UnsafeBufferPointer(start: base + offsets[index], count: offsets[index &+ 1] &- offsets[index])
  }
}
