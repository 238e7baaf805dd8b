import Foundation

/// Limits and resources of this machine.
enum SystemChecks {
  static func all() -> [DoctorCheck] {
    [cores(), memory(), openFiles(), hugePages(), sharedMemory()].compactMap(\.self)
  }

  static func cores() -> DoctorCheck {
    let count = ProcessInfo.processInfo.activeProcessorCount
    guard count >= 2 else {
      return .warn("cores", "\(count)", "feed and engine share it: keep `wait: backoff`, expect milliseconds")
    }
    return .ok("cores", "\(count)" + (count < 4 ? "; `wait: spin` wants 4 or more" : ""))
  }

  static func memory() -> DoctorCheck {
    let mebibytes = ProcessInfo.processInfo.physicalMemory >> 20
    guard mebibytes >= 1024 else {
      return .warn("memory", "\(mebibytes) MiB", "24 h of two busy symbols take some 300 MiB: watch for swapping")
    }
    return .ok("memory", "\(mebibytes) MiB")
  }

  static func openFiles() -> DoctorCheck {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return .warn("open files", "limit unknown", "check `ulimit -n`")
    }
    guard limit.rlim_cur >= 256 else {
      return .warn("open files", "limit \(limit.rlim_cur)", "raise it: `ulimit -n 1024`")
    }
    return .ok("open files", "limit \(limit.rlim_cur)")
  }

  /// Informational: windows lie in one pool, and fewer TLB misses are worth a few per cent.
  static func hugePages() -> DoctorCheck? {
    guard let text = Self.text("/sys/kernel/mm/transparent_hugepage/enabled"),
      let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]")
    else { return nil }
    return .ok("huge pages", "transparent: \(text[text.index(after: start)..<end])")
  }

  static func sharedMemory() -> DoctorCheck? {
    guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm"),
      let free = (attributes[.systemFreeSize] as? NSNumber)?.int64Value
    else { return nil }
    return .ok("/dev/shm", "\(free >> 20) MiB free")
  }

  /// A small file of the kernel, trimmed.
  static func text(_ path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
