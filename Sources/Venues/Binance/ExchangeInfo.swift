import Domain

/// A contract the venue lists, with what trading it is bound to.
public struct InstrumentListing: Sendable, Equatable {
  public var instrument: Instrument
  /// `PERPETUAL`, `CURRENT_QUARTER`, `TRADIFI_PERPETUAL` ..; empty when the venue names none.
  public var contractType: String
  /// `TRADING`, `SETTLING`, `PENDING_TRADING` ..
  public var status: String
  public var baseAsset: String
  public var quoteAsset: String

  public init(
    instrument: Instrument, contractType: String, status: String, baseAsset: String = "", quoteAsset: String = ""
  ) {
    self.instrument = instrument
    self.contractType = contractType
    self.status = status
    self.baseAsset = baseAsset
    self.quoteAsset = quoteAsset
  }

  /// A perpetual that trades now.
  public var isTradablePerpetual: Bool { contractType == "PERPETUAL" && status == "TRADING" }
}

/// The answer to exchangeInfo, decoded tolerantly: each entry stands or falls by itself.
struct ExchangeInfo: Decodable {
  var entries: [Entry]
  var limits: [Limit]?

  private enum CodingKeys: String, CodingKey {
    case entries = "symbols"
    case limits = "rateLimits"
  }

  /// The request weight that one address may use in a minute.
  var weightPerMinute: Int? {
    let limit = limits?.first { $0.rateLimitType == "REQUEST_WEIGHT" && $0.interval == "MINUTE" && $0.intervalNum == 1 }
    return limit?.limit.flatMap { (1...10_000_000).contains($0) ? $0 : nil }
  }

  struct Limit: Decodable {
    var rateLimitType: String?
    var interval: String?
    var intervalNum: Int?
    var limit: Int?
  }

  struct Entry: Decodable {
    var name: String
    var listing: InstrumentListing?

    init(from decoder: any Decoder) throws {
      let fields = try? decoder.container(keyedBy: CodingKeys.self)
      let symbol = try? fields?.decode(String.self, forKey: .symbol)
      name = symbol ?? "an entry without a name"
      guard let fields, let symbol, !symbol.isEmpty,
        let filters = try? fields.decode([Filter].self, forKey: .filters),
        let tick = filters.value("PRICE_FILTER", \.tickSize), tick > 0,
        let lot = filters.value("LOT_SIZE", \.stepSize), lot > 0
      else { return }
      // A limit beyond Int64 (9.2e10 coins) is no limit.
      let minimum = filters.value("LOT_SIZE", \.minQty) ?? 0
      let maximum = filters.value("LOT_SIZE", \.maxQty) ?? .max
      let notional = filters.value("MIN_NOTIONAL", \.notional) ?? 0
      guard minimum >= 0, maximum > 0, notional >= 0 else { return }
      let instrument = Instrument(
        symbol: symbol, tickSize: tick, lotSize: lot, minimumQuantity: minimum, maximumQuantity: maximum,
        minimumNotional: notional)
      func text(_ key: CodingKeys) -> String { (try? fields.decode(String.self, forKey: key)) ?? "" }
      listing = InstrumentListing(
        instrument: instrument, contractType: text(.contractType), status: text(.status),
        baseAsset: text(.baseAsset), quoteAsset: text(.quoteAsset))
    }

    private enum CodingKeys: String, CodingKey {
      case symbol, filters, contractType, status, baseAsset, quoteAsset
    }
  }

  /// One filter; which fields it has depends on its type.
  struct Filter: Decodable {
    var filterType: String
    var tickSize: Units?
    var stepSize: Units?
    var minQty: Units?
    var maxQty: Units?
    var notional: Units?
  }

  /// A decimal in units of 1e-8; nil when it isn't one. The venue writes strings, and promises nothing.
  struct Units: Decodable {
    var value: Int64?

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let text = try? single.decode(String.self) {
        value = FixedPoint.units(text)
      } else if let whole = try? single.decode(Int64.self) {
        value = FixedPoint.units(String(whole))
      }
    }
  }
}

extension [ExchangeInfo.Filter] {
  fileprivate func value(_ type: String, _ field: KeyPath<ExchangeInfo.Filter, ExchangeInfo.Units?>) -> Int64? {
    first { $0.filterType == type }?[keyPath: field]?.value
  }
}
