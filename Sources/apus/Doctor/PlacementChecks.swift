import CClock
import CPlacement
import Foundation
import Settings

/// What a machine allows a low-latency process; docs/PLACEMENT.md says what to do about it. Most lines inform: a machine
/// that is shared is not a fault.
enum PlacementChecks {
  static func all() -> [DoctorCheck] {
    [cpus(), governor(), counter(), memoryLock(), runtimeDirectory()].compactMap(\.self)
  }

  static func cpus() -> DoctorCheck {
    guard let allowed = CpuList.allowed() else {
      return .warn("cpus", "the system doesn't tell where this process may run", "check `taskset -p $$`")
    }
    let base = "/sys/devices/system/cpu/"
    var facts = ["allowed \(allowed)"]
    // Empty on a machine that isolates nothing.
    for (name, file) in [("isolated", "isolated"), ("nohz_full", "nohz_full")] {
      let text = SystemChecks.text(base + file) ?? ""
      facts.append("\(name) \(CpuList(text).map(\.description) ?? "none")")
    }
    if let first = allowed.numbers.min(),
      let siblings = SystemChecks.text(base + "cpu\(first)/topology/thread_siblings_list").flatMap({ CpuList($0) })
    {
      facts.append(siblings.numbers.count > 1 ? "cpu \(first) shares its core: \(siblings)" : "one thread a core")
    }
    return .ok("cpus", facts.joined(separator: ", "))
  }

  static func governor() -> DoctorCheck? {
    guard let text = SystemChecks.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") else {
      return .ok("governor", "not readable here (a virtual machine, or no cpufreq)")
    }
    guard text == "performance" else {
      return .warn("governor", text, "a core that slept wakes slowly: `cpupower frequency-set -g performance`")
    }
    return .ok("governor", text)
  }

  /// The processor's counter, by which latencies are measured.
  static func counter() -> DoctorCheck {
    if let problem = apus_stamps_calibrate(20, "/proc/cpuinfo") {
      return .warn(
        "counter", "\(String(cString: problem))", "latencies are measured by clock_gettime, some 10 ns dearer a stamp")
    }
    let hertz = Double(1 << 32) * 1e9 / Double(apus_stamps_multiplier())
    return .ok("counter", "usable, \(Figures.fixed(hertz / 1e9, 3)) GHz")
  }

  static func memoryLock() -> DoctorCheck {
    let limit = apus_memory_lock_limit()
    if limit == .max || geteuid() == 0 { return .ok("memory lock", "allowed (`placement.lock_memory: true`)") }
    return .ok("memory lock", "\(limit >> 10) KiB only; `placement.lock_memory` wants `ulimit -l unlimited`")
  }

  /// The first place that can be used is the one a run takes.
  static func runtimeDirectory() -> DoctorCheck {
    var problems: [String] = []
    for directory in RuntimeDirectory.candidates() {
      if let problem = directory.problem() {
        problems.append(problem)
        continue
      }
      guard directory.isInMemory != false else {
        return .warn(
          "runtime dir", "\(directory.path), on a disk",
          "a write-back may hold the engine up: set APUS_RUNTIME_DIR to a tmpfs")
      }
      return .ok("runtime dir", directory.path)
    }
    return .warn(
      "runtime dir", problems.joined(separator: "; "), "`apus latency` will see no engine: set APUS_RUNTIME_DIR")
  }
}
