/// Apus and a baseline disagree: whatever would be timed is not the same work. Ends the run with exit code 70.
struct Mismatch: Error, CustomStringConvertible {
  let description: String

  init(_ row: String, at item: Int, _ what: String, ours: Any, theirs: Any) {
    description = "\(row), item \(item), \(what): Apus has \(ours), the baseline \(theirs)"
  }
}
