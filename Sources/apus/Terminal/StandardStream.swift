import Foundation

/// Standard output and standard error, a text in one write, so that lines of two processes don't mix. Any thread.
///
/// FileHandle was rejected: its `write` ends the process when the pipe's reader is gone or the disk is full, and a log must not end a
/// run.
enum StandardStream {
  enum Outcome: Equatable {
    case written
    /// Nobody reads it any more, or it was closed.
    case closed
    /// Lost, a part of it at least; later ones may do better: a full disk.
    case lost(Int32)
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Outcome {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: awaitRoom(descriptor)
      case EPIPE, EBADF: return .closed
      case let error: return .lost(error)
      }
    }
    return .written
  }

  /// A terminal or pipe that another process has made non-blocking.
  private static func awaitRoom(_ descriptor: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&wanted, 1, 1_000)
  }

  /// Lets `write` tell of a reader that is gone instead of the signal that ends a process.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
