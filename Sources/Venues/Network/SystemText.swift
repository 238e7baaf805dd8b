import CClock
import Foundation

/// The system's words for an errno.
func errnoText(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}

/// Nanoseconds of the monotonic clock.
func monotonicNanos() -> UInt64 { apus_monotonic_nanos() }

/// Whether `host` is written as an IPv4 or IPv6 address and not as a name.
func isAddressLiteral(_ host: String) -> Bool {
  var four = in_addr()
  var six = in6_addr()
  return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
}
