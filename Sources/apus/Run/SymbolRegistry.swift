import Synchronization

/// The symbols of a run by index, for whoever shows or asks; some may be listed while it goes on. Any thread.
final class SymbolRegistry: Sendable {
  private let state: Mutex<[String]>

  init(_ names: [String]) { state = Mutex(names) }

  var names: [String] { state.withLock { $0 } }
  var count: Int { state.withLock { $0.count } }

  func name(_ index: Int) -> String { state.withLock { $0.indices.contains(index) ? $0[index] : "?" } }

  func add(_ name: String) { state.withLock { $0.append(name) } }
}
