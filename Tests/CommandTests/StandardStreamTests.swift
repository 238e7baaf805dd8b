import Foundation
import Testing

@testable import apus

/// What is written to somebody who is not there any more, or to a disk without room.
@Suite(.serialized) struct StandardStreamTests {
  private let scratch: Scratch

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    scratch = try Scratch()
  }

  private static func pipeEnds() -> [Int32] {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "a test may open a pipe")
    return ends
  }

  @Test func aReaderThatIsGoneIsTold() {
    let ends = Self.pipeEnds()
    #expect(StandardStream.write("one\n", to: ends[1]) == .written)
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = read(ends[0], &bytes, 16)
    #expect(count == 4 && bytes.starts(with: Array("one\n".utf8)))
    close(ends[0])
    #expect(StandardStream.write("two\n", to: ends[1]) == .closed)
    close(ends[1])
    #expect(StandardStream.write("three\n", to: -1) == .closed)
  }

  @Test func aFullDiskLosesALine() {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    #expect(StandardStream.write("one\n", to: full) == .lost(ENOSPC))
    close(full)
  }

  /// More than a pipe holds, and a reader that takes its time: all of it arrives, whether the pipe blocks or not.
  @Test(arguments: [0, O_NONBLOCK]) func aSlowReaderGetsAll(flags: Int32) {
    let ends = Self.pipeEnds()
    _ = fcntl(ends[1], F_SETFL, flags)
    let (from, to) = (ends[0], ends[1])
    let text = String(repeating: "0123456789", count: 20_000)
    let writer = Thread { [text] in
      StandardStream.write(text, to: to)
      close(to)
    }
    writer.start()
    usleep(100_000)
    var received: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 30_000)
    while case let count = read(from, &bytes, bytes.count), count > 0 { received += bytes.prefix(count) }
    close(from)
    #expect(received == Array(text.utf8))
  }

  /// `apus run --lines | head -n 1`: the run ends as if it had been asked to.
  @Test func aRunWhoseReaderIsGoneEndsCleanly() throws {
    let venue = try SimVenue("venue", in: scratch, ["--history-hours", "0", "--symbols", "BTCUSDT"])
    let pipe = scratch.hidden("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // Its first end, so that the child's open does not wait.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let windows = scratch.file("windows.jsonl")
    let run = try ChildProcess(
      "apus",
      ["run", "--lines", "--symbol", "BTCUSDT", "--windows", windows] + venue.options + ["--ca", venue.authority],
      in: scratch, output: pipe)
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let hasRead = eventually(seconds: 20) { read(reader, &bytes, 4_096) > 0 }
    #expect(hasRead)
    close(reader)
    // The next line, a status ten seconds later at the latest, finds nobody.
    #expect(run.wait(seconds: 25) == 0, "\(run.errors)")
    #expect(scratch.names == ["windows.jsonl"])
  }

  /// A disk without room behind the lines and the log: the run goes on.
  @Test func aRunOutlastsAFullDisk() throws {
    let venue = try SimVenue("venue", in: scratch, ["--history-hours", "0", "--symbols", "BTCUSDT"])
    let run = try ChildProcess(
      "apus",
      ["run", "--lines", "--symbol", "BTCUSDT", "--duration", "3", "--windows", scratch.file("windows.jsonl")]
        + venue.options + ["--ca", venue.authority], in: scratch, output: "/dev/full", errors: "/dev/full")
    #expect(run.wait(seconds: 25) == 0)
    #expect(scratch.names == ["windows.jsonl"])
  }

  @Test func anErrorThatNobodyCanReadKeepsItsCode() throws {
    let check = try ChildProcess(
      "apus", ["strategy", "check", scratch.file("none.json")], in: scratch, output: "/dev/full", errors: "/dev/full")
    #expect(check.wait(seconds: 20) == 66)
  }
}
