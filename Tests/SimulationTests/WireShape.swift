import Foundation

@testable import Simulation

/// The shape of a JSON text: its keys in their order, and the type of every value; arrays by their first element.
enum WireShape {
  static func keys(_ text: String) -> [String] {
    text.matches(of: /"([A-Za-z0-9_]+)":/).map { String($0.1) }
  }

  static func types(_ text: String) throws -> String {
    describe(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
  }

  private static func describe(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .boolean: "bool"
    case .unsigned: "int"
    case .number: "float"
    case .string: "text"
    case .array(let items): "[" + (items.first.map(describe) ?? "") + "]"
    case .object(let fields):
      "{" + fields.sorted { $0.key < $1.key }.map { "\($0.key):\(describe($0.value))" }.joined(separator: ",") + "}"
    }
  }
}

/// Real recordings and frames, beside the package or where APUS_SHARED says; absent in a fresh clone.
enum SharedData {
  static let root: URL? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["APUS_SHARED"].map { URL(fileURLWithPath: $0) }
    let folder = named ?? package.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("data").path) ? folder : nil
  }()

  static let isThere = root != nil

  static func text(_ path: String) throws -> String {
    guard let root else { throw CocoaError(.fileNoSuchFile) }
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The lines of a gzip file, unpacked by the system's gzip: Simulation itself reads bytes only.
  static func gzipLines(_ path: String) throws -> [[UInt8]] {
    guard let root else { throw CocoaError(.fileNoSuchFile) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", root.appendingPathComponent(path).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return data.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  /// The body of a REST answer recorded live, by the start of its request.
  static func restBody(_ request: String) throws -> String {
    struct Sample: Decodable {
      var request: String
      var raw: String
    }
    for line in try text("data/wire/fapi_rest_live_2026-09-15.jsonl").split(separator: "\n") {
      let sample = try JSONDecoder().decode(Sample.self, from: Data(line.utf8))
      if sample.request.hasPrefix(request) { return sample.raw }
    }
    throw CocoaError(.fileReadUnknown)
  }
}
