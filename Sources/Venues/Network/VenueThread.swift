import CPlacement
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

  /// Starts at once. `name` shows in ps and debuggers, cut to 15 bytes. On processor `cpu` from its first instruction,
  /// so that what it touches first lies near it; nil: wherever its maker may run.
  public init(name: String, cpu: Int? = nil, _ run: @escaping @Sendable () -> Void) throws(VenueError) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let cpu {
      let refusal = apus_thread_on_cpu(&attributes, Int32(clamping: cpu))
      guard refusal == 0 else {
        throw .settings("thread \(name) cannot be placed on cpu \(cpu) (\(errnoText(refusal)))")
      }
    }
    // SAFETY: the box is retained here and released by the thread, which always runs when pthread_create says 0.
    let box = Unmanaged.passRetained(Body(name: name, run: run))
    let result = pthread_create(
      &thread, &attributes,
      { raw in
        guard let raw else { return nil }
        let body = Unmanaged<Body>.fromOpaque(raw).takeRetainedValue()
        Thread.current.name = String(body.name.prefix(15))
        body.run()
        return nil
      }, box.toOpaque())
    guard result == 0 else {
      box.release()
      if let cpu, result == EINVAL {
        throw .settings("thread \(name) may not run on cpu \(cpu): choose one that `taskset -p $$` shows")
      }
      throw .settings("thread \(name) could not be started (\(errnoText(result))): raise the limit of processes")
    }
    handle = thread
  }

  /// Waits for the end. Once, or `detach` once.
  public func join() { pthread_join(handle, nil) }

  /// Lets the thread end by itself.
  func detach() { pthread_detach(handle) }
}
