/// How a simulated venue behaves; the defaults are the real one's.
public struct VenueSettings: Sendable {
  /// The moment up to which the market is history.
  public var startMillis: Int64
  /// How long a trade takes to be published: its event time less its trade time.
  public var publishLagMillis: Int64 = 105
  /// How far back REST serves trades.
  public var retentionMillis: Int64 = 48 * 3_600_000
  /// Trades kept over all symbols, whatever their age: 56 bytes each.
  public var maxTrades = 10_000_000
  /// REST weight a minute and address; 0 counts without refusing.
  public var weightLimit: Int64 = 2_400
  public var pingMillis: Int64 = 180_000
  public var pongTimeoutMillis: Int64 = 600_000
  /// A connection's longest life.
  public var sessionMillis: Int64 = 24 * 3_600_000
  /// Stream connections an address may open in five minutes; 0 never refuses.
  public var connectLimit = 300
  /// No live trade happens before.
  public var quietUntilMillis = Int64.min
  /// The last moment at which a trade happens.
  public var quietAfterMillis = Int64.max
  /// Symbols whose contract type is TRADIFI_PERPETUAL.
  public var tradifiSymbols: Set<String> = []
  /// What shall go wrong.
  public var scenario = Scenario()

  public init(startMillis: Int64) {
    self.startMillis = startMillis
  }
}
