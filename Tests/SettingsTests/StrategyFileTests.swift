import Domain
import Foundation
import HotPath
import Testing

@testable import Settings

/// A catalog of our own: the reader knows no signal by name.
private let catalog = [
  SignalDescription(
    name: "cvd", category: "direction",
    parameters: [SignalParameter("base", 0...1), SignalParameter("bonus_24h", 0...1)]),
  SignalDescription(name: "accel", category: "direction", parameters: []),
  SignalDescription(name: "oi", category: "confirmation", parameters: [SignalParameter("full_rise", 0.0001...10)]),
]

private let good = """
  {
    "name": "probe", "version": "1.0", "threshold": 75,
    "stop_loss_atr": 1.4, "take_profit_1_atr": 1.05, "take_profit_2_atr": 2.1,
    "cooldown_s": 600, "warm_up_min": 240, "hold_close_min": 70, "max_cost_r": null,
    "signals": {
      "accel": {"weight": 40},
      "cvd": {"bonus_24h": 0.4, "weight": 60, "base": 0.6}
    }
  }
  """

private func violations(_ text: String) -> [String] {
  do {
    _ = try StrategyFile.parse(Array(text.utf8), file: "probe.json", catalog: catalog)
    return []
  } catch {
    return error.violations.map(\.description)
  }
}

private func changed(_ old: String, _ new: String) -> [String] {
  precondition(good.contains(old))
  return violations(good.replacingOccurrences(of: old, with: new))
}

struct StrategyFileTests {
  @Test func readsInTheOrderOfTheCatalog() throws {
    let strategy = try StrategyFile.parse(Array(good.utf8), file: "probe.json", catalog: catalog)
    #expect(strategy.name == "probe" && strategy.version == "1.0")
    #expect(strategy.cooldownMillis == 600_000)
    #expect(strategy.warmUpMillis == 14_400_000)
    #expect(strategy.holdCloseMillis == 4_200_000)
    #expect(strategy.maxCostR == nil)
    #expect(
      strategy.signals == [
        SignalConfig(name: "cvd", weight: 60, parameters: [0.6, 0.4]),
        SignalConfig(name: "accel", weight: 40, parameters: []),
      ])
  }

  @Test(arguments: [
    ("\"threshold\": 75", "\"threshold\": 101", "probe.json:2: threshold = 101: must be from 0 to 100"),
    ("\"threshold\": 75", "\"threshold\": \"75\"", "probe.json:2: threshold = \"75\": must be a number"),
    ("\"threshold\": 75", "\"threshold\": true", "probe.json:2: threshold = true: must be a number"),
    ("\"threshold\": 75", "\"threshold\": 1e400", "probe.json:2: threshold = 1e400: must be from 0 to 100"),
    ("\"base\": 0.6", "\"base\": 1.5", "probe.json:7: signals.cvd.base = 1.5: must be from 0 to 1"),
    ("\"stop_loss_atr\": 1.4", "\"stop_loss_atr\": 0", "stop_loss_atr = 0: must be above 0"),
    ("_2_atr\": 2.1", "_2_atr\": 1", "take_profit_2_atr = 1: must not be below take_profit_1_atr (1.05)"),
    ("\"max_cost_r\": null", "\"max_cost_r\": -1", "max_cost_r = -1: must be above 0"),
    ("\"max_cost_r\": null", "\"max_cost_r\": false", "max_cost_r = false: must be a number or null"),
    (", \"max_cost_r\": null", "", "max_cost_r: is missing: add it"),
    (", \"base\": 0.6", "", "probe.json:7: signals.cvd.base: is missing: add it"),
    ("\"version\": \"1.0\"", "\"version\": 1.0", "version = 1.0: must be a string"),
    ("\"probe\"", "\"a,b\"", "name = \"a,b\": must be 1 to 64 bytes"),
    ("\"accel\"", "\"speed\"", "probe.json:6: signals.speed = {\"weight\": 40}: unknown signal"),
    ("\"accel\": {", "\"accel\": {\"extra\": 1, ", "signals.accel.extra = 1: unknown key"),
    ("\"weight\": 40", "\"weight\": 40.001", "signals.*.weight: the weights sum to 100.001: they must sum to 100"),
    ("\"cooldown_s\": 600", "\"cooldown_s\": 600, \"cooldown_s\": 601", "cooldown_s = 601: appears twice"),
    ("\"accel\":", "\"accel\": {\"weight\": 1}, \"accel\":", "signals.accel = {\"weight\": 40}: appears twice"),
    ("{\"weight\": 40}", "40", "signals.accel = 40: must be an object"),
  ])
  func namesFileKeyAndValue(old: String, new: String, expected: String) {
    let found = changed(old, new)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(expected) == true, "\(found)")
  }

  @Test func tellsEverythingAtOnce() {
    let text = """
      {"name": 5, "version": "1", "threshold": -1, "stop_loss_atr": 1.4, "take_profit_1_atr": 1,
       "take_profit_2_atr": 2, "cooldown_s": "600", "warm_up_min": 240, "hold_close_min": 0,
       "signals": {"cvd": {"weight": 60, "base": 2}, "nine": {"weight": 40}}, "thresholds": 3}
      """
    let found = violations(text)
    for key in ["name", "threshold", "cooldown_s", "hold_close_min", "max_cost_r", "signals.cvd.base"] {
      #expect(found.contains { $0.contains(" \(key)") }, "\(key): \(found)")
    }
    #expect(found.contains { $0.contains("signals.cvd.bonus_24h: is missing") })
    #expect(found.contains { $0.contains("signals.nine") })
    #expect(found.contains { $0.contains("thresholds = 3: unknown key") })
    #expect(found.count == 9)
  }

  @Test func emptySignalsAreNone() {
    let text = good.replacingOccurrences(of: "\n", with: " ")
    let start = text.range(of: "\"signals\"")!.lowerBound
    let found = violations(text[..<start] + "\"signals\": {}}")
    #expect(found == ["probe.json:1: signals = {}: must weigh at least one signal"])
  }

  @Test(arguments: ["", "[]", "{", "{\"a\": NaN}", "{\"a\": 01}", "{\"a\": 1} x", "{\"a\": \"\u{1}\"}", "{'a': 1}"])
  func brokenTextIsAnErrorWithALine(text: String) {
    let found = violations(text)
    #expect(found.count >= 1)
    #expect(found.allSatisfy { $0.hasPrefix("probe.json:1: ") }, "\(found)")
  }

  @Test func deepNestingIsRefusedNotFollowed() {
    let found = violations(String(repeating: "[", count: 100_000))
    #expect(found.count == 1 && found[0].contains("nested deeper"))
  }

  @Test func escapesAreRead() throws {
    let text = good.replacingOccurrences(of: "\"probe\"", with: "\"pr\\u006fbe\"")
    #expect(try StrategyFile.parse(Array(text.utf8), file: "p", catalog: catalog).name == "probe")
  }

  @Test func twoStrategiesNeedTwoNames() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["a.json", "b.json"].map { folder.appendingPathComponent($0).path }
    for path in paths { try good.write(toFile: path, atomically: true, encoding: .utf8) }
    do {
      _ = try StrategyFile.loadAll(paths, catalog: catalog)
      Issue.record("two strategies of one name were accepted")
    } catch {
      #expect(error.violations.map(\.key) == ["name"])
    }
    #expect(try StrategyFile.loadAll([paths[0]], catalog: catalog).count == 1)
  }

  @Test func aMissingFileIsToldApart() {
    do {
      _ = try StrategyFile.load("/nonexistent/x.json", catalog: catalog)
      Issue.record("a missing file was read")
    } catch {
      guard case .missing(let path) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(path == "/nonexistent/x.json")
    }
  }

  /// Constants that are each in range may still take a signal out of 0...1: the shipped catalog judges them together.
  @Test(arguments: [
    ("\"base\": 0.6", "\"base\": 0.7", "signals.cvd"), ("\"neutral\": 0.5", "\"neutral\": 0.4", "signals.p99"),
    ("\"near\": 0.3", "\"near\": 0.4", "signals.atr_vwap"), ("\"low\": 1", "\"low\": 2", "signals.ls_ratio"),
    ("\"before_min_min\": 30", "\"before_min_min\": 46", "signals.oi"),
  ])
  func constantsAreJudgedTogether(old: String, new: String, key: String) throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOfFile: package.path + "/strategies/v51_baseline.json", encoding: .utf8)
    #expect(text.contains(old))
    let bytes = Array(text.replacingOccurrences(of: old, with: new).utf8)
    do {
      _ = try StrategyFile.parse(bytes, file: "probe.json", catalog: SignalCatalog.all)
      Issue.record("accepted")
    } catch {
      #expect(error.violations.map(\.key) == [key])
    }
  }
}
