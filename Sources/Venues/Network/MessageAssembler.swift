/// Puts a message's parts together in memory taken once.
///
/// A message that arrives in one part, as nearly all do, is handed on where it lies, without a copy. One thread only.
final class MessageAssembler {
  enum Outcome {
    /// The message continues.
    case partial
    /// All of it; valid until the next `add` and no longer than the part given.
    case whole(UnsafeBufferPointer<UInt8>)
    /// It has just outgrown the buffer; its remaining parts come out as `partial`.
    case oversized
  }

  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private var used = 0
  private var isSkipping = false

  /// `capacity` in bytes, the largest message that is kept.
  init(capacity: Int = 256 * 1_024) {
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  /// Forgets a message cut short by the end of its connection.
  func reset() {
    used = 0
    isSkipping = false
  }

  func add(_ part: UnsafeBufferPointer<UInt8>, isLast: Bool) -> Outcome {
    if isSkipping {
      if isLast { isSkipping = false }
      return .partial
    }
    if used + part.count > buffer.count {
      used = 0
      isSkipping = !isLast
      return .oversized
    }
    if isLast && used == 0 { return .whole(part) }
    // SAFETY: used + part.count <= buffer.count, checked above; the part is the library's memory and cannot overlap.
    if let from = part.baseAddress, let to = buffer.baseAddress {
      (to + used).update(from: from, count: part.count)
    }
    used += part.count
    guard isLast else { return .partial }
    let whole = UnsafeBufferPointer(rebasing: buffer[..<used])
    used = 0
    return .whole(whole)
  }
}
