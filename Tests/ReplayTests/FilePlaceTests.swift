import Foundation
import Testing

@testable import Replay

@Suite struct FilePlaceTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    try FileManager.default.createDirectory(atPath: folder.file("sub"), withIntermediateDirectories: true)
  }

  /// What is wrong with these paths; nil when nothing is.
  private func clash(_ outputs: [String], inputs: [String] = []) -> String? {
    do {
      try FilePlace.refuseClashes(outputs: outputs, inputs: inputs)
      return nil
    } catch { return error.description }
  }

  @Test func oneFileUnderTwoSpellings() throws {
    let plain = folder.file("s.csv")
    try #require(symlink("sub", folder.file("way")) == 0)
    try #require(symlink("sub/t.csv", folder.file("link.csv")) == 0)
    try #require(symlink("link.csv", folder.file("link-to-link.csv")) == 0)
    for other in ["s.csv", "./s.csv", "sub/../s.csv", "way/../s.csv", "/s.csv"] {
      let second = folder.file(other)
      #expect(
        clash([plain, second])
          == "\(second): cannot be written: the output \(plain) goes to the same file; choose another place")
    }
    // What the links point to isn't there yet.
    let target = folder.file("sub/t.csv")
    for other in ["way/t.csv", "link.csv", "link-to-link.csv"] {
      #expect(clash([target, folder.file(other)]) != nil, "\(other)")
    }
    #expect(clash([plain, folder.file("sub/s.csv"), target]) == nil)
    #expect(folder.names == ["link-to-link.csv", "link.csv", "sub", "way"])
  }

  @Test func placesThatCannotBeResolvedAreComparedAsWritten() throws {
    try #require(symlink("loop", folder.file("loop")) == 0)
    for name in ["no/out.csv", "loop"] {
      #expect(clash([folder.file(name), folder.file(name)]) != nil)
      #expect(clash([folder.file(name), folder.file("other")]) == nil)
    }
  }

  @Test func anInputIsNoOutput() throws {
    let trades = try folder.write("trades.csv", "")
    try #require(link(trades, folder.file("hard.csv")) == 0)
    try #require(symlink("trades.csv", folder.file("soft.csv")) == 0)
    for name in ["trades.csv", "./trades.csv", "hard.csv", "soft.csv"] {
      let output = folder.file(name)
      #expect(
        clash([folder.file("e.csv"), output], inputs: ["other.csv", trades])
          == "\(output): cannot be written: it is the same file as the input \(trades); choose another place")
    }
    #expect(clash([folder.file("e.csv")], inputs: [trades, trades]) == nil)
  }

  @Test func devicesAndOneDescriptorMayBeShared() throws {
    #expect(clash(["/dev/null", "/dev/null"], inputs: ["/dev/null"]) == nil)
    let path = try folder.write("out", "")
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let ours = "/dev/fd/\(descriptor)"
    #expect(clash([ours, "/proc/self/fd/\(descriptor)"]) == nil)
    // As after `> out` in a shell.
    #expect(clash([ours, path]) != nil)
    #expect(clash([ours], inputs: [path]) != nil)
    #expect(clash([ours, folder.file("other")]) == nil)
    // Each with its own place in the file, they would write over each other.
    let second = open(path, O_WRONLY)
    try #require(second >= 0)
    defer { close(second) }
    #expect(clash([ours, "/dev/fd/\(second)"]) != nil)
  }
}
