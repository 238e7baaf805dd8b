import CClock
import Foundation

/// Clocks: staleness and holding limits compare ours with the venue's.
enum ClockChecks {
  static func all() -> [DoctorCheck] { [synchronised(), source()] }

  /// Whether the kernel believes that somebody disciplines its clock.
  static func synchronised() -> DoctorCheck {
    var errorMicros: Int64 = 0
    switch apus_clock_synchronised(&errorMicros) {
    case 1: return .ok("ntp", "synchronised, estimated error \(errorMicros / 1000) ms")
    case 0:
      let detail = "the kernel says that nobody sets its clock"
      return asked() ?? .warn("ntp", detail, "enable chrony or systemd-timesyncd")
    default: return asked() ?? .warn("ntp", "unknown", "check that chrony or systemd-timesyncd runs")
    }
  }

  /// In a container only the host's service knows.
  private static func asked() -> DoctorCheck? {
    let answer = Shell.firstLine("timedatectl", ["show", "--property=NTPSynchronized", "--value"])
    return answer == "yes" ? .ok("ntp", "synchronised, says timedatectl") : nil
  }

  static func source() -> DoctorCheck {
    let base = "/sys/devices/system/clocksource/clocksource0/"
    guard let current = SystemChecks.text(base + "current_clocksource") else {
      return .warn("clocksource", "unknown", "latencies may cost microseconds to measure")
    }
    let nanos = nanosPerReading()
    guard nanos < 500 else {
      return .warn("clocksource", "\(current), \(nanos) ns a reading", "a slow clock: choose tsc or kvm-clock at boot")
    }
    return .ok("clocksource", "\(current), \(nanos) ns a reading")
  }

  static func nanosPerReading() -> UInt64 {
    let readings: UInt64 = 10_000
    let start = apus_monotonic_nanos()
    var last = start
    for _ in 0..<readings { last = apus_monotonic_nanos() }
    return (last - start) / readings
  }

  /// Our clock against the venue's; the offset is off by half the round trip at most.
  static func offset(offsetMillis offset: Int64, roundTripMillis: Int64) -> DoctorCheck {
    let detail = "venue is \(offset >= 0 ? "+" : "")\(offset) ms of ours, within \(roundTripMillis / 2 + 1) ms"
    guard abs(offset) <= 1000 else {
      return .fail("venue clock", detail, "set this machine's clock: the venue refuses orders 1000 ms ahead")
    }
    guard abs(offset) <= 100 + roundTripMillis / 2 else {
      return .warn("venue clock", detail, "synchronise this machine's clock")
    }
    return .ok("venue clock", detail)
  }
}
