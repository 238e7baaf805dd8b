import Foundation
import Testing

@testable import Replay

@Suite struct OutputFileTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func partial(_ name: String, _ number: Int = 0) -> String { "\(name).\(getpid())-\(number).partial" }

  private func fill(_ file: OutputFile, rows: Int) throws {
    for number in 0..<rows {
      try file.row { $0.append(contentsOf: Array("row \(number)\n".utf8)) }
    }
  }

  @Test func aFileAppearsWhenItIsWhole() throws {
    let path = folder.file("out.csv")
    let file = try OutputFile(path)
    // More than one buffer, so that something is on the disk before the end.
    try fill(file, rows: 100_000)
    #expect(folder.names == [partial("out.csv")])
    try file.complete()
    #expect(folder.names == [partial("out.csv")])
    try OutputFile.publish([file])
    #expect(folder.names == ["out.csv"])
    let text = try folder.text("out.csv")
    #expect(text.hasPrefix("row 0\nrow 1\n") && text.hasSuffix("row 99999\n"))
    #expect(text.utf8.count { $0 == 0x0A } == 100_000)
  }

  @Test func anUnfinishedFileLeavesNothingAndSparesTheOldOne() throws {
    let path = try folder.write("out.csv", "old\n")
    do {
      let file = try OutputFile(path)
      try fill(file, rows: 100_000)
    }
    #expect(folder.names == ["out.csv"])
    #expect(try folder.text("out.csv") == "old\n")
    let file = try OutputFile(path)
    try fill(file, rows: 1)
    try file.complete()
    try OutputFile.publish([file])
    #expect(try folder.text("out.csv") == "row 0\n")
  }

  @Test func aFileThatIsWholeButNotPublishedIsRemovedToo() throws {
    do {
      let file = try OutputFile(folder.file("out.csv"))
      try fill(file, rows: 10)
      try file.complete()
    }
    #expect(folder.names == [])
  }

  /// As two runs with one output: each has a whole file of its own, and the last one to end wins.
  @Test func twoWritersNeverShareAFile() throws {
    let path = folder.file("out.csv")
    // Left by a process of our number that was killed.
    try folder.write(partial("out.csv"), "left\n")
    let first = try OutputFile(path)
    let second = try OutputFile(path)
    #expect(folder.names == [partial("out.csv"), partial("out.csv", 1), partial("out.csv", 2)])
    try fill(first, rows: 100_000)
    try fill(second, rows: 2)
    try second.complete()
    try OutputFile.publish([second])
    #expect(try folder.text("out.csv") == "row 0\nrow 1\n")
    try first.complete()
    try OutputFile.publish([first])
    #expect(try folder.text("out.csv").utf8.count { $0 == 0x0A } == 100_000)
    #expect(try folder.text(partial("out.csv")) == "left\n")
    #expect(folder.names == ["out.csv", partial("out.csv")])
  }

  @Test func ofSeveralFilesAllAppearOrNone() throws {
    try folder.write("old.csv", "old\n")
    func files(_ names: [String]) throws -> [OutputFile] {
      try names.map { name in
        let file = try OutputFile(folder.file(name))
        try fill(file, rows: 1)
        try file.complete()
        return file
      }
    }
    do {
      let three = try files(["new.csv", "old.csv", "blocked.csv"])
      // A file cannot be renamed onto a directory.
      try FileManager.default.createDirectory(atPath: folder.file("blocked.csv"), withIntermediateDirectories: false)
      let reason =
        "Is a directory, \(folder.file("old.csv")) is again what it was, \(folder.file("new.csv")) is removed again"
      #expect(throws: ReplayError.cannotWrite(path: folder.file("blocked.csv"), reason: reason)) {
        try OutputFile.publish(three)
      }
    }
    #expect(folder.names == ["blocked.csv", "old.csv"])
    #expect(try folder.text("old.csv") == "old\n")
    try OutputFile.publish(try files(["old.csv", "new.csv"]))
    #expect(folder.names == ["blocked.csv", "new.csv", "old.csv"])
    #expect(try folder.text("old.csv") == "row 0\n")
  }

  /// A rename over a device or pipe would replace it.
  @Test func specialFilesAreWrittenDirectly() throws {
    let path = folder.file("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try OutputFile(path)
    try fill(file, rows: 3)
    try file.complete()
    try OutputFile.publish([file])
    #expect(folder.names == ["pipe"])
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "row 0\nrow 1\nrow 2\n")
    let null = try OutputFile("/dev/null")
    try fill(null, rows: 100_000)
    try null.complete()
    try OutputFile.publish([null])
    let devices = try FileManager.default.contentsOfDirectory(atPath: "/dev")
    #expect(!devices.contains { $0.hasPrefix("null.") && $0.hasSuffix(".partial") })
  }

  @Test func aLinkStaysALink() throws {
    try folder.write("target.csv", "old\n")
    try #require(symlink("target.csv", folder.file("link.csv")) == 0)
    let file = try OutputFile(folder.file("link.csv"))
    try fill(file, rows: 1)
    try file.complete()
    #expect(folder.names == ["link.csv", "target.csv", partial("target.csv")])
    try OutputFile.publish([file])
    #expect(folder.names == ["link.csv", "target.csv"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.csv")) == "target.csv")
    #expect(try folder.text("target.csv") == "row 0\n")
  }

  @Test func aLinkToNothingYetIsFollowedToo() throws {
    try #require(symlink("target.csv", folder.file("link.csv")) == 0)
    let file = try OutputFile(folder.file("link.csv"))
    try fill(file, rows: 1)
    try file.complete()
    try OutputFile.publish([file])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.csv")) == "target.csv")
    #expect(try folder.text("target.csv") == "row 0\n")
  }

  /// Through a descriptor that leads to a plain file, as after `> file` in a shell.
  @Test func anOpenDescriptorIsWrittenOnFromWhereItIs() throws {
    let path = try folder.write("out", "")
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(write(descriptor, "before\n", 7) == 7)
    let file = try OutputFile("/dev/fd/\(descriptor)")
    try fill(file, rows: 1)
    try file.complete()
    try OutputFile.publish([file])
    #expect(write(descriptor, "after\n", 6) == 6)
    #expect(try folder.text("out") == "before\nrow 0\nafter\n")
    #expect(folder.names == ["out"])
    #expect(throws: ReplayError.self) { try OutputFile("/dev/fd/9999") }
  }

  @Test func aFullDiskIsToldWhenItHappens() throws {
    let file = try OutputFile("/dev/full")
    #expect(throws: ReplayError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
      try fill(file, rows: 100_000)
    }
    let small = try OutputFile("/dev/full")
    try fill(small, rows: 1)
    #expect(throws: ReplayError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
      try small.complete()
    }
  }

  @Test func placesThatCannotBeWrittenAreToldAtOnce() throws {
    func failure(_ path: String) -> String {
      do {
        _ = try OutputFile(path)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(failure(folder.file("no/out.csv")).contains("No such file or directory"))
    #expect(failure(folder.path).contains("it is a directory"))
    #expect(failure("").contains("an output needs a name"))
    try folder.write("file", "")
    #expect(failure(folder.file("file/out.csv")).contains("Not a directory"))
    #expect(folder.names == ["file"])
  }

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func aFolderWithoutPermissionIsTold() throws {
    try #require(chmod(folder.path, 0o555) == 0)
    defer { chmod(folder.path, 0o755) }
    let path = folder.file("out.csv")
    #expect(throws: ReplayError.cannotWrite(path: path, reason: "Permission denied")) { _ = try OutputFile(path) }
  }
}
