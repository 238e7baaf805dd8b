/// One setting: where it stands, what it may be and what it is when nobody says.
public struct ConfigKey: Sendable {
  public enum Kind: Sendable {
    case choice([String])
    case number(ClosedRange<Double>, aboveLower: Bool, nullable: Bool)
    case integer(ClosedRange<Int64>)
    /// A URL of one of these schemes, or null.
    case url(schemes: [String])
    /// A path, or null.
    case path
    /// Names out of a list of choices; an empty list of choices allows symbols.
    case names([String])
    case paths
    /// A list of paths for each symbol.
    case pathsBySymbol
    case flag
    /// A processor's number, or null.
    case cpu
    /// Processors as the kernel lists them (`0,2-3`), or null.
    case cpus
  }

  public let path: String
  public let kind: Kind
  public let fallback: ConfigValue

  init(_ path: String, _ kind: Kind, _ fallback: ConfigValue) {
    self.path = path
    self.kind = kind
    self.fallback = fallback
  }

  /// `risk.max_cost_r` as `APUS__RISK__MAX_COST_R`.
  public var environmentName: String {
    "APUS__" + path.uppercased().split(separator: ".").joined(separator: "__")
  }

  /// Every key of this version, in the order `config show` prints.
  public static let all: [ConfigKey] = [
    ConfigKey("version", .integer(1...1), .number("1")),
    ConfigKey("mode", .choice(["paper"]), .text("paper")),
    ConfigKey("venue.name", .choice(["binance"]), .text("binance")),
    ConfigKey("venue.environment", .choice(["production", "demo", "sim"]), .text("production")),
    ConfigKey("venue.rest_url", .url(schemes: ["https"]), .null),
    ConfigKey("venue.stream_url", .url(schemes: ["wss"]), .null),
    ConfigKey("venue.ca_file", .path, .null),
    ConfigKey("symbols", .names([]), .texts(["BTCUSDT", "ETHUSDT"])),
    ConfigKey("contract_types", .names(["PERPETUAL", "TRADIFI_PERPETUAL"]), .texts(["PERPETUAL"])),
    ConfigKey("strategies", .paths, .texts(["strategies/v51_baseline.json", "strategies/v52_8signals.json"])),
    ConfigKey("paper.slippage_bps", .number(0...1000, aboveLower: false, nullable: false), .number("1")),
    ConfigKey("paper.taker_fee_pct", .number(0...5, aboveLower: false, nullable: false), .number("0.05")),
    // A maker's fee may be a rebate.
    ConfigKey("paper.maker_fee_pct", .number(-1...5, aboveLower: false, nullable: false), .number("0.02")),
    ConfigKey("paper.latency_ms", .integer(0...60_000), .number("200")),
    ConfigKey("risk.risk_per_trade_usd", .number(0...1_000_000, aboveLower: true, nullable: false), .number("10")),
    ConfigKey("risk.max_cost_r", .number(0...1000, aboveLower: true, nullable: true), .null),
    ConfigKey("evaluation.every", .choice(["trade", "15s"]), .text("trade")),
    ConfigKey("wait", .choice(["backoff", "yield", "spin"]), .text("backoff")),
    ConfigKey("placement.engine_cpu", .cpu, .null),
    ConfigKey("placement.feed_cpu", .cpu, .null),
    ConfigKey("placement.other_cpus", .cpus, .null),
    ConfigKey("placement.feed_wait", .choice(["block", "poll"]), .text("block")),
    // Of `wait: backoff`.
    ConfigKey("placement.spin_us", .integer(0...1_000_000), .number("20")),
    ConfigKey("placement.yield_us", .integer(0...1_000_000), .number("100")),
    ConfigKey("placement.lock_memory", .flag, .bool(false)),
    ConfigKey("memory.trades_max", .integer(65_536...4_294_967_296), .number("134217728")),
    ConfigKey("history.rest_minutes", .integer(0...1_440), .number("60")),
    ConfigKey("history.files", .pathsBySymbol, .textsByName([])),
    ConfigKey("indicators", .path, .null),
    ConfigKey("log.level", .choice(["trace", "debug", "info", "notice", "warning", "error"]), .text("info")),
    ConfigKey("log.format", .choice(["text", "json"]), .text("text")),
  ]

  /// Keys that a reader of the documents may expect and that this version would not obey. Accepting them in silence
  /// would leave somebody believing in a limit that isn't there.
  static let later: Set<String> = [
    "account", "alerts", "live", "server", "sinks", "store", "paper.balance_usd", "risk.daily_loss_r",
    "risk.max_consecutive_losses", "risk.loss_pause_min", "risk.max_positions", "risk.max_notional_symbol_usd",
    "risk.max_notional_total_usd", "risk.orders_per_second", "risk.price_collar_bps", "risk.stale_data_s",
    "risk.hold_alert_min", "risk.hold_close_min", "risk.kill_file", "risk.max_signal_age_ms",
  ]

  /// Whether some key lies below `path`: `risk` is no setting itself.
  static func isSection(_ path: String) -> Bool { all.contains { $0.path.hasPrefix(path + ".") } }

  static func find(_ path: String) -> ConfigKey? { all.first { $0.path == path } }

  /// What to say of a path that is no key.
  static func stranger(_ path: String) -> String {
    let parts = path.split(separator: ".")
    for count in 1...max(1, parts.count) where later.contains(parts.prefix(count).joined(separator: ".")) {
      return "this version does not have it yet: remove it"
    }
    return "unknown key: remove it or correct its spelling (`apus config show` lists all keys)"
  }
}
