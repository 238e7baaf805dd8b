import Foundation
import Synchronization
import Testing

/// A network namespace: as good as a machine of its own, with one cable to this one that can be pulled. A simulated fault is played by
/// the process that serves, whose kernel still answers; here nobody does.
///
/// It takes root and `ip` of iproute2. The cable's end over there is set down rather than this one's, so that here routes stay and
/// packets vanish.
final class NetworkNamespace {
  struct Failure: Error {
    let what: String
  }

  /// Of 198.18.0.0/15, which is set aside for tests between machines.
  let address: String
  private let name: String
  private let near: String
  private let far: String

  private static let tool = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  private static let made = Atomic<Int>(0)

  /// Tried once, since containers refuse it in many ways.
  static let isPermitted = (try? NetworkNamespace()) != nil

  init() throws {
    let number = Self.made.wrappingAdd(1, ordering: .relaxed).oldValue
    // Runs beside this one have other process ids, and so other names and networks.
    let block = (Int(getpid()) &* 8 &+ number % 8) & 0x7FFF
    let network = "198.\(18 + block >> 14).\(block >> 6 & 255)"
    let host = (block & 63) << 2
    address = "\(network).\(host + 1)"
    name = "apus-\(getpid())-\(number)"
    near = "ap\(getpid())n\(number)"
    far = "ap\(getpid())f\(number)"
    do {
      try Self.ip("netns", "add", name)
      try Self.ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
      try Self.ip("addr", "add", "\(network).\(host + 2)/30", "dev", near)
      try Self.ip("link", "set", near, "up")
      try Self.ip("-n", name, "addr", "add", "\(address)/30", "dev", far)
      try Self.ip("-n", name, "link", "set", "lo", "up")
      try Self.ip("-n", name, "link", "set", far, "up")
    } catch {
      remove()
      throw error
    }
  }

  deinit { remove() }

  private func remove() {
    try? Self.ip("link", "del", near)
    try? Self.ip("netns", "del", name)
  }

  /// What runs a command over there.
  var command: [String] { [Self.tool ?? "ip", "netns", "exec", name] }

  func pull() { #expect(throws: Never.self) { try Self.ip("-n", name, "link", "set", far, "down") } }
  func plug() { #expect(throws: Never.self) { try Self.ip("-n", name, "link", "set", far, "up") } }

  private static func ip(_ arguments: String...) throws {
    guard let tool else { throw Failure(what: "no ip") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(what: "ip \(arguments.joined(separator: " ")): \(text)") }
  }
}
