import Foundation
import Synchronization

/// A flag that also wakes a thread out of `poll`: how blocking work is told to stop at once.
///
/// A pipe rather than an eventfd, because it is the same on every Unix; two descriptors for each.
final class Interrupt: Sendable {
  private let raised = Atomic<Bool>(false)
  private let readEnd: Int32
  private let writeEnd: Int32

  init() throws(VenueError) {
    var ends: (Int32, Int32) = (-1, -1)
    // SAFETY: pipe writes two Int32s; the tuple has exactly two, side by side.
    let result = withUnsafeMutablePointer(to: &ends) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
    }
    guard result == 0 else {
      throw .settings("no descriptor for a pipe (\(errnoText(errno))): raise the limit of open files (ulimit -n)")
    }
    readEnd = ends.0
    writeEnd = ends.1
    _ = fcntl(readEnd, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writeEnd, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// Sets the flag for good and wakes whoever polls. Any thread.
  func raise() {
    guard !raised.exchange(true, ordering: .sequentiallyConsistent) else { return }
    var byte: UInt8 = 1
    _ = write(writeEnd, &byte, 1)
  }

  /// Readable once the flag is raised: for a `poll` of somebody else's.
  var readDescriptor: Int32 { readEnd }

  var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Waits until `descriptor` is ready for `events`, the flag is raised or the deadline has passed.
  /// A descriptor of -1 just sleeps. True: ready.
  func wait(_ descriptor: Int32, for events: Int32, untilNanos deadlineNanos: UInt64) -> Bool {
    while !isRaised {
      let nanos = monotonicNanos()
      guard nanos < deadlineNanos else { return false }
      let millis = Int32(clamping: (deadlineNanos - nanos + 999_999) / 1_000_000)
      var polled = [
        pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptor, events: Int16(events), revents: 0),
      ]
      let count = poll(&polled, 2, millis)
      if count < 0 && errno != EINTR { return false }
      if count > 0 && polled[1].revents != 0 { return true }
    }
    return false
  }

  /// Sleeps; false when woken by the flag.
  func sleep(millis: Int64) -> Bool {
    _ = wait(-1, for: 0, untilNanos: monotonicNanos() + UInt64(max(0, millis)) * 1_000_000)
    return !isRaised
  }
}
