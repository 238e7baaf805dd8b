extension Span<UInt8> {
  /// The byte at `index`, or 0 past the end.
  ///
  /// A NUL is legal nowhere in a frame, so one comparison tells both "another byte" and "cut short". It also keeps
  /// `&&` out of scanners: its right-hand side is a closure, which the compiler's lock check rejects in debug builds.
  @_noAllocation @_noLocks
  @inline(__always)
  func byte(at index: Int) -> UInt8 { index < count ? self[index] : 0 }
}
