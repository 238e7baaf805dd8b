import CLatency
import Foundation
import HotPath
import Logging
import Synchronization
import Testing

@testable import apus

/// What a run leaves for `apus latency`, and what becomes of it.
@Suite struct LatencyFileTests {
  private let scratch: Scratch
  private let directory: RuntimeDirectory
  private let log = LogList()

  final class LogList: Sendable {
    let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
  }

  private struct ListHandler: LogHandler {
    let list: LogList
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { list.lines.withLock { $0.append("\(event.level) \(event.message)") } }
  }

  init() throws {
    scratch = try Scratch()
    directory = RuntimeDirectory(path: scratch.file("runtime"))
  }

  private var logger: Logger {
    let list = log
    return Logger(label: "test") { _ in ListHandler(list: list) }
  }

  private func make(_ directories: [RuntimeDirectory]? = nil) -> LatencyFile {
    LatencyFile(engine: "a name", symbolCount: 7, directories: directories ?? [directory], logger: logger)
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(lstat(path, &status) == 0)
    return status.st_mode & 0o777
  }

  @Test func aReaderSeesWhatIsRecorded() throws {
    let file = make()
    defer { file.remove() }
    let path = try #require(file.path)
    #expect(path == directory.file(of: getpid()))
    #expect(try mode(path) == 0o600 && mode(directory.path) == 0o700)
    let reader = try LatencyReader(path)
    file.stages[.parse].record(nanos: 640, count: 3)
    let reading = try reader.read()
    #expect(reading.engine.pid == getpid() && reading.engine.name == "a name" && reading.engine.symbolCount == 7)
    #expect(reading.engine.isRunning && reading.engine.sampleSpacingNanos == Int(SampleChoice.spacingNanos))
    #expect(reading.stages.map(\.name) == LatencyStage.allCases.map(\.name))
    let parse = try #require(reading.stages.first { $0.name == "parse" }).snapshot
    #expect(parse == file.stages[.parse].snapshot() && parse.count == 3 && parse.maxNanos == 640)
    file.stages[.parse].record(nanos: 9)
    let later = try reader.read().since(reading)
    #expect(later.stages[LatencyStage.parse.rawValue].snapshot.count == 1)
    #expect(later.stages[LatencyStage.step.rawValue].snapshot.count == 0)
    // Trades flow, none of them was a sample: empty stages are explained.
    let before = try reader.read()
    func table() throws -> [String] {
      LatencyReport.table(try reader.read().since(before), intervalSeconds: 1, style: .plain)
    }
    #expect(try table().count == 2 + LatencyStage.allCases.count)
    file.stages[.decision].record(nanos: 5, count: 40)
    #expect(try table().last?.contains("none of 40 trades") == true)
    file.stages[.step].record(nanos: 5)
    #expect(try table().count == 2 + LatencyStage.allCases.count)
    file.remove()
    #expect(directory.files().isEmpty)
  }

  @Test func theLayoutIsTheHeaders() throws {
    let file = make()
    defer { file.remove() }
    file.stages[.turn].record(nanos: 5, count: 2)
    let path = try #require(file.path)
    let bytes = try #require(FileManager.default.contents(atPath: path))
    func word(_ at: Int) -> UInt32 { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt32.self) } }
    func long(_ at: Int) -> UInt64 { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt64.self) } }
    #expect(bytes.prefix(8) == Data("apuslat\0".utf8))
    #expect(word(8) == 1 && word(12) == 512 && word(16) == 64 + 8 * 3_776)
    #expect(word(20) == UInt32(LatencyStage.allCases.count) && word(24) == 3_776 && word(28) == 64)
    #expect(word(32) == UInt32(getpid()) && word(36) == 7 && long(40) == ProcessStart.of(getpid()))
    #expect(bytes.count == 512 + LatencyStage.allCases.count * (64 + 8 * 3_776))
    let turn = 512 + LatencyStage.turn.rawValue * (64 + 8 * 3_776)
    #expect(bytes[turn..<turn + 5] == Data("turn\0".utf8) && long(turn + 32) == 5 && long(turn + 64 + 5 * 8) == 2)
  }

  @Test func filesOfTheDeadAreRemovedAtTheNextStart() throws {
    #expect(directory.problem() == nil)
    // A pid that is in use, by a process that started at another time: the pid was used again.
    let old = make()
    let path = try #require(old.path)
    var bytes = try #require(FileManager.default.contents(atPath: path))
    old.remove()
    bytes.replaceSubrange(40..<48, with: withUnsafeBytes(of: UInt64(1)) { Data($0) })
    bytes.replaceSubrange(32..<36, with: withUnsafeBytes(of: Int32(1)) { Data($0) })
    let reused = directory.file(of: 1)
    try bytes.write(to: URL(fileURLWithPath: reused))
    let gone = directory.file(of: 4_194_999)
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: gone))
    #expect(try !LatencyReader(reused).engine.isRunning)
    #expect { try LatencyReader(reused).read() } throws: { ($0 as? Failure)?.code == .unavailable }
    let failure = #expect(throws: Failure.self) { try LatencyChoice.reader(among: [directory], engine: nil) }
    #expect(failure?.code == .data, "\(failure.map(\.description) ?? "")")
    unlink(gone)
    let dead = #expect(throws: Failure.self) { try LatencyChoice.reader(among: [directory], engine: nil) }
    #expect(dead?.code == .unavailable && dead?.message.contains("was killed") == true)
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: gone))
    let file = make()
    defer { file.remove() }
    #expect(directory.files() == [directory.file(of: getpid())])
  }

  @Test func whatIsNoFileOfThisVersionIsRefused() throws {
    let file = make()
    let path = try #require(file.path)
    let whole = try #require(FileManager.default.contents(atPath: path))
    file.remove()
    func refusal(_ change: (inout Data) -> Void) throws -> Failure? {
      var bytes = whole
      change(&bytes)
      try bytes.write(to: URL(fileURLWithPath: path))
      defer { unlink(path) }
      return #expect(throws: Failure.self) { try LatencyReader(path) }
    }
    let version = try refusal { $0[8] = 9 }
    #expect(version?.code == .data && version?.message.contains("layout 9") == true)
    #expect(try refusal { $0[0] = 0 }?.code == .data)
    #expect(try refusal { $0.removeLast(9) }?.code == .data)
    #expect(try refusal { $0 = $0.prefix(100) }?.code == .data)
    #expect(try refusal { $0[20] = 200 }?.code == .data)
    let missing = #expect(throws: Failure.self) { try LatencyReader(path) }
    #expect(missing?.code == .noInput)
  }

  /// The run goes on, and says once why nobody will see it.
  @Test func whereNothingCanBeMappedLatenciesStayInTheProcess() throws {
    let link = RuntimeDirectory(path: scratch.file("link"))
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: scratch.path)
    let open = RuntimeDirectory(path: scratch.file("open"))
    mkdir(open.path, 0o700)
    chmod(open.path, 0o777)
    let nowhere = RuntimeDirectory(path: "/proc/nowhere/apus")
    let file = make([link, open, nowhere])
    #expect(file.path == nil)
    let lines = log.all
    #expect(lines.count == 1 && lines[0].contains("will not see this run"), "\(lines)")
    #expect(lines[0].contains("is no folder") && lines[0].contains("others may write"), "\(lines)")
    file.stages[.step].record(nanos: 3)
    #expect(file.stages[.step].snapshot().count == 1)
    file.tend()
    file.remove()
    let second = make([link, directory])
    defer { second.remove() }
    #expect(second.path == directory.file(of: getpid()))
  }

  @Test func foldersAreTriedInTheirOrder() {
    func paths(_ environment: [String: String], given: String? = nil) -> [String] {
      RuntimeDirectory.candidates(given: given, environment: environment, user: 4_194_999).map(\.path)
    }
    #expect(paths(["APUS_RUNTIME_DIR": "/a", "XDG_RUNTIME_DIR": "/b"]) == ["/a"])
    #expect(paths(["APUS_RUNTIME_DIR": "/a"], given: "/c") == ["/c"])
    #expect(paths(["APUS_RUNTIME_DIR": "", "XDG_RUNTIME_DIR": "/b"]).first == "/b/apus")
    #expect(paths([:]).last == "/tmp/apus-4194999")
  }
}
