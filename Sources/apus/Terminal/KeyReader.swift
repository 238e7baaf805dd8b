import Foundation

/// Keys of a terminal in raw mode (`TerminalGuard` enters and leaves it).
struct KeyReader {
  enum Key: Equatable, Sendable {
    case quit, pause, explain, help
  }

  private let descriptor: Int32
  private var isClosed = false
  /// Keys that came in one read with the one given last: fast fingers and pasted text lose none.
  private var pending: [Key] = []

  init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// The next key that means something, or nil after `timeoutMillis`, or earlier when a signal came in between.
  mutating func next(timeoutMillis: Int32) -> Key? {
    if !pending.isEmpty { return pending.removeFirst() }
    if isClosed {
      // A closed input is readable forever; polling it would burn the core the engine needs.
      usleep(UInt32(max(0, timeoutMillis)) * 1000)
      return nil
    }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, timeoutMillis) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { isClosed = true }
    guard count > 0 else { return nil }
    pending = Self.keys(bytes[..<count])
    return pending.isEmpty ? nil : pending.removeFirst()
  }

  /// The keys in what was read, in order; an arrow's or function key's escape sequence is none.
  static func keys(_ bytes: ArraySlice<UInt8>) -> [Key] {
    if bytes.first == 0x1B { return [] }
    return bytes.compactMap { byte in
      switch byte {
      case UInt8(ascii: "q"), UInt8(ascii: "Q"): .quit
      case UInt8(ascii: "p"), UInt8(ascii: "P"): .pause
      case UInt8(ascii: "e"), UInt8(ascii: "E"): .explain
      case UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "?"): .help
      default: nil
      }
    }
  }
}
