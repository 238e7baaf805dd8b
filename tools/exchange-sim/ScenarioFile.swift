import Foundation
import Simulation

/// A scenario on disk.
struct ScenarioFile {
  let path: String

  /// Reads it; everything that is wrong is told at once, by line.
  func read(symbols: Set<String>) throws -> Scenario {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw SimFailure.data("--scenario \(path) cannot be read: \(error.localizedDescription)")
    }
    do throws(Scenario.Malformed) {
      return try Scenario(Array(bytes), symbols: symbols)
    } catch {
      let lines = error.problems.map { "\n  line \($0.line): \($0.text)" }.joined()
      throw SimFailure.data("--scenario \(path) is not right; docs/EXCHANGE-SIM.md has the faults:\(lines)")
    }
  }
}
