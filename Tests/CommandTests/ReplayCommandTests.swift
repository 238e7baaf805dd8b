import Foundation
import Testing

/// `apus replay` as a script meets it: every failure has its code, one line that says what, where and what to do, and
/// leaves no file behind.
@Suite struct ReplayCommandTests {
  private let scratch: Scratch
  private let trades: String

  init() throws {
    scratch = try Scratch()
    trades = try scratch.write(
      "trades.csv", "1,100.5,0.25,1,1,1600000000000,true\n2,100.6,0.5,2,2,1600000000100,false\n")
  }

  private var outputs: [String] {
    ["--output", scratch.file("e.csv"), "--signals", scratch.file("s.csv"), "--paper", scratch.file("p.csv")]
  }

  private func replay(_ arguments: [String]) throws -> Ending {
    try Ending("apus", ["replay"] + arguments, in: scratch)
  }

  private func strategy(_ change: (String) -> String) throws -> String {
    let path = ChildProcess.packageRoot + "/strategies/v51_baseline.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    return try scratch.write("strategy.json", changed)
  }

  @Test func theLastLineIsTheSummary() throws {
    let ending = try replay(["--symbol", "BTCUSDT", "--trades", trades] + outputs)
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending)")
    let line = try #require(ending.output.split(separator: "\n").last)
    let summary = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let names = ["trades", "late", "dropped", "gaps", "evaluations", "signals", "seconds", "trades_per_second"]
    #expect(Set(names).isSubset(of: Set(try #require(summary).keys)))
    #expect(summary?["trades"] as? Int == 2)
    #expect(scratch.names == ["e.csv", "p.csv", "s.csv", "trades.csv"])
    #expect(scratch.text("e.csv").hasPrefix("time_ms,symbol,strategy,agg_id,price,"))
    #expect(scratch.text("e.csv").split(separator: "\n").count == 5)
  }

  @Test func itRunsAnywhereAndToStandardOutput() throws {
    let ending = try Ending(
      "apus", ["replay", "--symbol", "BTCUSDT", "--trades", "trades.csv", "--signals", "/dev/stdout"], in: scratch,
      directory: scratch.path)
    #expect(ending.code == 0 && ending.output.contains("time_ms,symbol,strategy,direction,agg_id"), "\(ending)")
    #expect(ending.output.split(separator: "\n").last?.hasPrefix("{") == true)
  }

  @Test func aMissingTradesFileIs66() throws {
    let missing = scratch.file("no.csv")
    let ending = try replay(["--symbol", "BTCUSDT", "--trades", missing] + outputs)
    #expect(ending.code == 66 && ending.isOneLine(missing, "No such file or directory"), "\(ending)")
    let second = try replay(["--symbol", "BTCUSDT", "--trades", trades, "--trades", missing] + outputs)
    #expect(second.code == 66 && second.isOneLine(missing), "\(second)")
    let folder = try replay(["--symbol", "BTCUSDT", "--trades", scratch.path] + outputs)
    #expect(folder.code == 66 && folder.isOneLine("not a regular file"), "\(folder)")
    #expect(scratch.names == ["trades.csv"])
  }

  @Test func aBrokenRowIs65() throws {
    let rows = try String(contentsOfFile: trades, encoding: .utf8)
    let path = try scratch.write("broken.csv", rows + "3,oops,1,1,1,1600000000200,true\n")
    let ending = try replay(["--symbol", "BTCUSDT", "--trades", path] + outputs)
    #expect(ending.code == 65, "\(ending)")
    #expect(ending.isOneLine("\(path), line 3:", "`3,oops,1,1,1,1600000000200,true`", "the price"), "\(ending)")
    let micro = try scratch.write("micro.csv", rows + "3,1,1,1,1,1600000000200000,true\n")
    let late = try replay(["--symbol", "BTCUSDT", "--trades", micro] + outputs)
    #expect(late.code == 65 && late.isOneLine("line 3", "microseconds"), "\(late)")
    let empty = try scratch.write("empty.csv", "")
    let nothing = try replay(["--symbol", "BTCUSDT", "--trades", empty] + outputs)
    #expect(nothing.code == 65 && nothing.isOneLine(empty, "no trades in it"), "\(nothing)")
    #expect(scratch.names == ["broken.csv", "empty.csv", "micro.csv", "trades.csv"])
  }

  @Test func aBrokenStrategyIs65() throws {
    let weights = try strategy { $0.replacing("\"weight\": 20", with: "\"weight\": 21") }
    let first = try replay(["--symbol", "BTCUSDT", "--trades", trades, "--strategy", weights] + outputs)
    #expect(first.code == 65 && first.isOneLine(weights, "the weights sum to 101", "must sum to 100"), "\(first)")
    let unknown = try strategy { $0.replacing("\"threshold\"", with: "\"thresold\": 1,\n  \"threshold\"") }
    let second = try replay(["--symbol", "BTCUSDT", "--trades", trades, "--strategy", unknown] + outputs)
    #expect(second.code == 65 && second.isOneLine(unknown, "thresold"), "\(second)")
    let missing = try replay(["--symbol", "S", "--trades", trades, "--strategy", scratch.file("no.json")] + outputs)
    #expect(missing.code == 66 && missing.isOneLine("no such file"), "\(missing)")
    #expect(scratch.names == ["strategy.json", "trades.csv"])
  }

  @Test func aBrokenIndicatorLineIs65() throws {
    let good = "{\"time_ms\":1600000000000,\"symbol\":\"BTCUSDT\",\"type\":\"funding_rate\",\"value\":\"0.0001\"}\n"
    let path = try scratch.write("i.jsonl", good + good + "{\"time_ms\":}\n")
    let ending = try replay(["--symbol", "BTCUSDT", "--trades", trades, "--indicators", path] + outputs)
    #expect(ending.code == 65 && ending.isOneLine("\(path):3: ", "{\"time_ms\":}"), "\(ending)")
    let missing = try replay(["--symbol", "B", "--trades", trades, "--indicators", path + ".no"] + outputs)
    #expect(missing.code == 66 && missing.isOneLine("no such file"), "\(missing)")
    #expect(scratch.names == ["i.jsonl", "trades.csv"])
  }

  @Test func anOutputThatCannotBeWrittenIs74() throws {
    for option in ["--output", "--signals", "--paper"] {
      let path = scratch.file("no/x.csv")
      let ending = try replay(["--symbol", "BTCUSDT", "--trades", trades, option, path])
      #expect(ending.code == 74 && ending.isOneLine(path, "No such file or directory"), "\(ending)")
      let full = try replay(["--symbol", "BTCUSDT", "--trades", trades] + outputs + [option, "/dev/full"])
      #expect(full.code == 74 && full.isOneLine("/dev/full", "No space left"), "\(full)")
      #expect(scratch.names == ["trades.csv"])
    }
  }

  @Test func twoOutputsInOneFileAre64() throws {
    try #require(symlink("s.csv", scratch.file("link.csv")) == 0)
    for other in ["s.csv", "./s.csv", scratch.file("s.csv"), "link.csv"] {
      let ending = try Ending(
        "apus", ["replay", "--symbol", "BTCUSDT", "--trades", "trades.csv", "--signals", "s.csv", "--paper", other],
        in: scratch, directory: scratch.path)
      #expect(ending.code == 64 && ending.isOneLine(other, "the output s.csv goes to the same file"), "\(ending)")
    }
    #expect(scratch.names == ["link.csv", "trades.csv"])
  }

  /// Before anything is read: what lies in the inputs would be errors of their own.
  @Test func anOutputThatIsAnInputIs64() throws {
    let broken = try scratch.write("broken", "no input at all\n")
    try #require(link(broken, scratch.file("hard")) == 0)
    try #require(symlink("broken", scratch.file("soft")) == 0)
    for input in ["--trades", "--indicators", "--strategy"] {
      for output in ["broken", "./broken", "hard", "soft"] {
        let inputs = ["--symbol", "BTCUSDT", "--trades", "trades.csv", input, "broken"]
        let ending = try Ending(
          "apus", ["replay"] + inputs + ["--signals", "s.csv", "--paper", output], in: scratch,
          directory: scratch.path)
        #expect(ending.code == 64 && ending.isOneLine(output, "the same file as the input broken"), "\(ending)")
      }
    }
    #expect(scratch.names == ["broken", "hard", "soft", "trades.csv"])
    #expect(scratch.text("broken") == "no input at all\n")
  }

  @Test func aPipeOfTradesIs66AtOnce() throws {
    let pipe = scratch.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let ending = try replay(["--symbol", "BTCUSDT", "--trades", pipe] + outputs)
    #expect(ending.code == 66 && ending.isOneLine(pipe, "not a regular file"), "\(ending)")
    #expect(scratch.names == ["pipe", "trades.csv"])
  }

  /// The place of the second output is taken by a directory while the run waits for a reader of the third.
  @Test func aNameThatIsTakenMeanwhileLeavesTheOtherFilesAsTheyWere() throws {
    let pipe = scratch.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    try scratch.write("e.csv", "old\n")
    let child = try ChildProcess(
      "apus",
      ["replay", "--symbol", "BTCUSDT", "--trades", trades, "--quiet"]
        + ["--output", scratch.file("e.csv"), "--signals", scratch.file("s.csv"), "--paper", pipe], in: scratch)
    try #require(eventually(seconds: 60) { self.scratch.names.contains { $0.hasPrefix("s.csv.") } }, "\(child.errors)")
    try FileManager.default.createDirectory(atPath: scratch.file("s.csv"), withIntermediateDirectories: false)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    #expect(child.wait(seconds: 60) == 74)
    #expect(
      child.errors == "apus: \(scratch.file("s.csv")): cannot be written: Is a directory, \(scratch.file("e.csv")) is "
        + "again what it was; choose another place\n")
    #expect(scratch.names == ["e.csv", "pipe", "s.csv", "trades.csv"])
    #expect(scratch.text("e.csv") == "old\n")
  }

  @Test(arguments: [
    ["--nonsense"], ["--symbol", "S"], ["--trades", "x"], [], ["--symbol", "S", "--trades"],
    ["--symbol", "S", "--trades", "x", "--every", "1s"],
    ["--symbol", "S", "--trades", "x", "--symbol", "S", "--trades", "y"],
    ["--symbol", "S", "--trades", "x", "--output", "same", "--paper", "same"],
  ])
  func wrongUsageIs64(arguments: [String]) throws {
    let ending = try replay(arguments)
    #expect(ending.code == 64 && ending.isOneLine(), "\(ending)")
  }
}
