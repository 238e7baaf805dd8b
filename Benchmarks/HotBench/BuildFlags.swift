import CBaselines

/// How both sides were compiled, in one line each: a ratio of two programs is one of two compilers too.
enum BuildFlags {
  static var apus: String { "Swift \(swiftVersion), \(optimised) -wmo, for \(String(cString: apus_target_here()))" }

  static var baselines: String {
    let compiler = String(cString: apus_baseline_compiler())
    return "\(compiler), for \(String(cString: apus_baseline_target())), no contraction of floats; simdjson \(simdjson)"
  }

  private static var simdjson: String {
    apus_baseline_has_simdjson() == 0 ? "not installed" : String(cString: apus_baseline_simdjson_version())
  }

  private static var optimised: String {
    #if DEBUG
      "-Onone"
    #else
      "-O"
    #endif
  }

  private static var swiftVersion: String {
    #if compiler(>=6.3)
      "6.3 or later"
    #else
      "6.2"
    #endif
  }
}
