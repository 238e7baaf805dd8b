import Foundation

/// Memory of this process that is really there.
enum ResidentMemory {
  /// Second field of /proc/self/statm, in bytes; 0 where there is none.
  static func bytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
