import Foundation

/// What shall go wrong with a venue, and when: faults as JSON lines. docs/EXCHANGE-SIM.md has the table of them.
public struct Scenario: Equatable, Sendable {
  /// In the order of the file.
  var faults: [Fault] = []

  /// Everything that is wrong with a file, by line.
  public struct Malformed: Error, Equatable {
    public struct Problem: Equatable, Sendable {
      /// Counted from 1.
      public var line: Int
      public var text: String
    }

    public var problems: [Problem]
  }

  /// No faults.
  public init() {}

  /// Reads a file's bytes; blank lines and those that begin with `#` are passed over. `symbols` are the market's.
  public init(_ bytes: [UInt8], symbols: Set<String>) throws(Malformed) {
    var problems: [Malformed.Problem] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
      let text = line.drop { blanks.contains($0) }
      guard let first = text.first, first != UInt8(ascii: "#") else { continue }
      var found: [String] = []
      if let fault = Self.fault(text, symbols, &found) { faults.append(fault) }
      problems += found.map { Malformed.Problem(line: index + 1, text: $0) }
    }
    guard problems.isEmpty else { throw Malformed(problems: problems) }
  }

  private static func fault(_ line: ArraySlice<UInt8>, _ symbols: Set<String>, _ problems: inout [String]) -> Fault? {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(line)), case .object(let object) = value
    else {
      problems.append("no JSON object")
      return nil
    }
    var fields = FaultFields(object, symbols: symbols)
    let fault = fields.fault()
    problems = fields.problems
    return fault
  }
}
