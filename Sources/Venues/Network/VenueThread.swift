import Foundation

/// A named thread that can be joined, which Foundation's Thread cannot.
public final class VenueThread: @unchecked Sendable {
  // Written once in `init`, read by `join`.
  private let handle: pthread_t

  private final class Body {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts at once. `name` shows in ps and debuggers, cut to 15 bytes.
  public init(name: String, _ run: @escaping @Sendable () -> Void) throws(VenueError) {
    var thread = pthread_t()
    // SAFETY: the box is retained here and released by the thread, which always runs when pthread_create says 0.
    let box = Unmanaged.passRetained(Body(name: name, run: run))
    let result = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let body = Unmanaged<Body>.fromOpaque(raw).takeRetainedValue()
        Thread.current.name = String(body.name.prefix(15))
        body.run()
        return nil
      }, box.toOpaque())
    guard result == 0 else {
      box.release()
      throw .settings("thread \(name) could not be started (\(errnoText(result))): raise the limit of processes")
    }
    handle = thread
  }

  /// Waits for the end. Once, or `detach` once.
  public func join() { pthread_join(handle, nil) }

  /// Lets the thread end by itself.
  func detach() { pthread_detach(handle) }
}
