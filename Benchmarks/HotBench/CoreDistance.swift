import Foundation

/// Ratios of round trips, by how far apart the two cores were: a virtual machine moves between the two, and the same code
/// has another ratio on each side.
struct CoreDistance {
  /// A ping-pong that takes less is one within a cluster of cores that share a cache: on the machines seen it took 50 to 160 ns
  /// over one line or two, and 400 and more across.
  static let farNanos = 250.0

  private var near: [Double] = []
  private var far: [Double] = []

  mutating func add(ratio: Double, probeNanos: Double) {
    if probeNanos < Self.farNanos { near.append(ratio) } else { far.append(ratio) }
  }

  /// Of all rounds.
  var median: Double { Self.median(near + far) }

  var note: String {
    var parts = ["median of pairs"]
    if !near.isEmpty { parts.append(String(format: "near %.2f of %d", Self.median(near), near.count)) }
    if !far.isEmpty { parts.append(String(format: "far %.2f of %d", Self.median(far), far.count)) }
    return parts.joined(separator: ", ")
  }

  var fields: [(name: String, value: Double)] {
    var fields = [(name: "near_rounds", value: Double(near.count)), (name: "far_rounds", value: Double(far.count))]
    if !near.isEmpty { fields.append((name: "near_ratio", value: Self.median(near))) }
    if !far.isEmpty { fields.append((name: "far_ratio", value: Self.median(far))) }
    return fields
  }

  private static func median(_ ratios: [Double]) -> Double {
    precondition(!ratios.isEmpty, "a median of something")
    return ratios.sorted()[ratios.count / 2]
  }
}
