#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Sleeping outside the hot path; a signal may end it early.
enum Pause {
  static func millis(_ count: UInt32) { usleep(count * 1000) }
}
