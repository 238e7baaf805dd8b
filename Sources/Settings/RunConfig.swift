import Domain
import Foundation
import HotPath

/// What `apus run` obeys: every value checked.
public struct RunConfig: Sendable, Equatable {
  public enum Environment: String, Sendable {
    case production, demo, sim
  }

  public struct Venue: Sendable, Equatable {
    public var environment: Environment
    /// Base URLs, without a slash at the end; only a simulated venue has them.
    public var restUrl: String?
    public var streamUrl: String?
    /// PEM file of the authority that signed the simulated venue's certificate.
    public var caFile: String?
  }

  /// When strategies are evaluated.
  public enum Evaluation: String, Sendable {
    case everyTrade = "trade"
    case every15s = "15s"
  }

  /// How the engine's thread waits for work.
  public enum Wait: String, Sendable {
    case spin, backoff, yield
  }

  /// Where threads run and how they wait; nil leaves it to the system.
  public struct Placement: Sendable, Equatable {
    public var engineCpu: Int?
    public var feedCpu: Int?
    /// Of all other threads.
    public var otherCpus: CpuList?
    /// The feed asks its sockets without end instead of sleeping until they have something.
    public var feedPolls = false
    /// How long `wait: backoff` spins, then yields, before it sleeps.
    public var spinNanos: UInt64 = 20_000
    public var yieldNanos: UInt64 = 100_000
    /// Keep all memory that was touched from being paged out.
    public var locksMemory = false

    public init() {}
  }

  /// What `symbols` asks for.
  public enum SymbolChoice: Sendable, Equatable {
    case list([String])
    /// The N of the largest volume in the last 24 h, at the start.
    case top(Int)
    /// Whatever the venue trades, what it lists later included.
    case all
  }

  public struct Log: Sendable, Equatable {
    public var level: String
    public var format: String
  }

  public var venue: Venue
  /// As written: names, or one word, `all` or `top:N`.
  public var symbols: [String]
  /// Trades of the last 24 h that there is room for, over all symbols: 24 bytes each, touched as they come.
  public var tradesMost: Int
  /// How many minutes of REST's request weight the past may take at the start.
  public var historyMinutes: Int64
  public var contractTypes: [String]
  /// Paths of strategy files, relative to the working directory.
  public var strategies: [String]
  public var paper: PaperConfig
  /// Applies to every strategy, next to its own `max_cost_r`.
  public var maxCostR: Double?
  public var evaluation: Evaluation
  public var wait: Wait
  public var placement: Placement
  /// Trade files to warm the windows from, in the order of their ids.
  public var historyFiles: [String: [String]]
  public var indicatorsFile: String?
  public var log: Log

  public var symbolChoice: SymbolChoice {
    if symbols == ["all"] { return .all }
    if symbols.count == 1, let count = Self.topCount(symbols[0]) { return .top(count) }
    return .list(symbols)
  }

  /// N of `top:N`; nil for anything else.
  static func topCount(_ text: String) -> Int? {
    guard text.hasPrefix("top:"), let count = Int(text.dropFirst(4).drop { $0 == " " }) else { return nil }
    return (1...symbolsMost).contains(count) ? count : nil
  }

  public static let symbolsMost = EngineLimits.symbolsMax

  /// A strategy's `max_cost_r` under this configuration: of two limits the strictest wins.
  public func maxCostR(of strategy: StrategyConfig) -> Double? {
    guard let own = strategy.maxCostR, let maxCostR else { return strategy.maxCostR ?? maxCostR }
    return min(own, maxCostR)
  }

  /// Checks settings as written; throws everything that is wrong with them at once. `allowedCpus`: where this process may
  /// run; nil when the system doesn't tell.
  public init(_ raw: RawConfig, allowedCpus: CpuList? = CpuList.allowed()) throws(SettingsError) {
    var check = ConfigCheck(raw, allowedCpus: allowedCpus)
    let config = check.config()
    guard let config, check.violations.isEmpty else { throw .violations(check.violations) }
    self = config
  }

  /// Reads a file (none: the defaults) and lays the environment over it. Options of a command line go on top of the
  /// result, before `RunConfig(raw)` checks it.
  public static func raw(file: String?, environment: [String: String]) throws(SettingsError) -> RawConfig {
    var raw = RawConfig()
    if let file {
      let bytes = try FileBytes.read(file)
      guard let yaml = String(validating: bytes, as: UTF8.self) else {
        throw .violations([Violation(source: file, key: "", problem: "is not UTF-8: save it as UTF-8")])
      }
      raw.apply(yaml: yaml, file: file)
    }
    raw.apply(environment: environment)
    return raw
  }

  init(
    venue: Venue, symbols: [String], tradesMost: Int, historyMinutes: Int64, contractTypes: [String],
    strategies: [String],
    paper: PaperConfig,
    maxCostR: Double?, evaluation: Evaluation, wait: Wait, placement: Placement, historyFiles: [String: [String]],
    indicatorsFile: String?, log: Log
  ) {
    self.venue = venue
    self.symbols = symbols
    self.tradesMost = tradesMost
    self.historyMinutes = historyMinutes
    self.contractTypes = contractTypes
    self.strategies = strategies
    self.paper = paper
    self.maxCostR = maxCostR
    self.evaluation = evaluation
    self.wait = wait
    self.placement = placement
    self.historyFiles = historyFiles
    self.indicatorsFile = indicatorsFile
    self.log = log
  }
}
