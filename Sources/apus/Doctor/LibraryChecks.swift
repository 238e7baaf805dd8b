import Foundation
import Replay
import Venues

/// Versions of what this process really loaded, which may not be what it was built against.
enum LibraryChecks {
  static func all() -> [DoctorCheck] {
    [openSsl(), webSockets(), archive(), toolchain()]
  }

  static func openSsl() -> DoctorCheck {
    let text = LibraryVersions.openSsl
    guard LibraryVersions.openSslMajor >= 3 else {
      return .fail("openssl", text, "install OpenSSL 3 (Debian: libssl3)")
    }
    return .ok("openssl", text)
  }

  static func webSockets() -> DoctorCheck {
    let text = LibraryVersions.webSockets
    guard text.hasPrefix("4.") else {
      return .warn("websockets", "libwebsockets \(text)", "4.x is what was tested (Debian: libwebsockets17)")
    }
    return .ok("websockets", "libwebsockets \(text)")
  }

  static func archive() -> DoctorCheck { .ok("archive", ReplayRun.archiveLibrary) }

  /// Only for building; a machine that runs needs none.
  static func toolchain() -> DoctorCheck {
    guard let text = Shell.firstLine("swift", ["--version"]) else {
      return .ok("toolchain", "no swift here; only building needs it")
    }
    let digits = text.split(separator: " ").first { $0.first?.isNumber == true } ?? ""
    let parts = digits.split(separator: ".").compactMap { Int($0) }
    guard parts.count >= 2, (parts[0], parts[1]) >= (6, 2) else {
      return .warn("toolchain", text, "building needs Swift 6.2 or later, from https://www.swift.org/install")
    }
    return .ok("toolchain", text)
  }
}

/// Asks a program of this machine one thing.
enum Shell {
  /// The first line it prints; nil when it isn't there or fails.
  static func firstLine(_ program: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init)
  }
}
