import Domain

/// What a symbol traded in the last 24 h.
public struct DayTicker: Sendable, Equatable {
  public var symbol: String
  /// USD, or whatever the contract is quoted in; units of 1e-8, `.max` beyond Int64.
  public var quoteVolume: Int64
  /// Raw trades, several of which may be one aggregate.
  public var rawTrades: Int64

  /// Aggregates a day: BTCUSDT had 17.1 a second where it had 43 raw trades (id differences of 07/2024 to 09/2026).
  public var aggregatesEstimated: Int64 { rawTrades / 5 * 2 + 1 }

  /// As on the wire; nil when a part cannot be read.
  struct Entry: Decodable {
    var ticker: DayTicker?

    private enum CodingKeys: String, CodingKey {
      case symbol, quoteVolume, count
    }

    init(from decoder: any Decoder) throws {
      guard let fields = try? decoder.container(keyedBy: CodingKeys.self),
        let symbol = try? fields.decode(String.self, forKey: .symbol), !symbol.isEmpty,
        let volume = try? fields.decode(String.self, forKey: .quoteVolume),
        let count = try? fields.decode(Int64.self, forKey: .count), count >= 0
      else { return }
      // A volume may have more decimals than ours, and only its order counts.
      guard let value = Double(volume), value >= 0 else { return }
      let units = value * 1e8 < 9e18 ? Int64(value * 1e8) : .max
      ticker = DayTicker(symbol: symbol, quoteVolume: units, rawTrades: count)
    }
  }
}
