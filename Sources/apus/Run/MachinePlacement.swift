import CClock
import CPlacement
import Foundation
import Logging
import Settings

/// What a run asks of the machine before its threads start. Main thread.
enum MachinePlacement {
  /// Calibrates stamps, keeps this thread (and those it will make) on the cpus for all others, locks memory.
  static func apply(_ placement: RunConfig.Placement, logger: Logger) throws {
    // Before any restriction: the calibration's sleep may as well see the whole machine.
    if let problem = apus_stamps_calibrate(20, "/proc/cpuinfo").map({ String(cString: $0) }) {
      logger.warning("latencies are measured by clock_gettime, the processor's counter cannot be used: \(problem)")
    }
    if let cpus = placement.otherCpus {
      let refusal = cpus.restrictThread()
      guard refusal == 0 else {
        throw Failure(.configuration, "placement.other_cpus = \(cpus): \(String(cString: strerror(refusal)))")
      }
    }
    if placement.locksMemory { try lockMemory() }
  }

  /// With a limit, a later allocation would fail in the middle of the run: so no limit, or none of this.
  private static func lockMemory() throws {
    let limit = apus_memory_lock_limit()
    guard limit == .max || geteuid() == 0 else {
      throw Failure(
        .configuration,
        "placement.lock_memory: this user may lock \(limit >> 10) KiB: `ulimit -l unlimited` (systemd: "
          + "LimitMEMLOCK=infinity), or set it to false")
    }
    let refusal = apus_memory_lock()
    guard refusal == 0 else {
      throw Failure(
        .configuration,
        "placement.lock_memory: \(String(cString: strerror(refusal))): give the process CAP_IPC_LOCK or set it to false"
      )
    }
  }
}
