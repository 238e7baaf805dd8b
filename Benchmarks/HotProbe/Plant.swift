import CProbe
import Foundation

/// A fault planted on purpose, so that the gate's own test sees it notice.
struct Plant: BitwiseCopyable {
  /// For each trade.
  private var instructions: UInt64 = 0
  private var allocates = false
  private var calls = false

  /// What APUS_PROBE_PLANT says; nothing without it.
  static func fromEnvironment() throws -> Plant {
    var plant = Plant()
    guard let text = ProcessInfo.processInfo.environment["APUS_PROBE_PLANT"], !text.isEmpty else { return plant }
    if text == "allocation" {
      plant.allocates = true
    } else if text == "syscall" {
      plant.calls = true
    } else if text.hasPrefix("instructions:"), let count = UInt64(text.dropFirst(13)), (1...1_000_000).contains(count) {
      plant.instructions = count
    } else {
      throw ProbeFailure(text: "APUS_PROBE_PLANT is \(text): say instructions:N, allocation or syscall")
    }
    FileHandle.standardError.write(Data("hot-probe: planted fault: \(text)\n".utf8))
    return plant
  }

  /// Once for each trade between the marks.
  @inline(__always)
  func perform(_ index: Int) {
    if instructions > 0 { apus_probe_spend(instructions) }
    if index % 1_000 != 0 { return }
    if allocates { apus_probe_allocate() }
    if calls { apus_probe_syscall() }
  }
}
