/// Instruments by symbol: the well-known ones with their real grids, any other with invented, plausible ones.
public enum InstrumentCatalog {
  /// The known contracts in the order in which `symbols(count:)` hands them out.
  public static let known: [Instrument] = [
    bitcoin,
    Instrument(symbol: "ETHUSDT", price: 3_105, tickDigits: 2, lotDigits: 3, minNotional: 20),
    Instrument(symbol: "SOLUSDT", price: 142, tickDigits: 2, lotDigits: 2, pricePrecision: 4),
    Instrument(symbol: "BNBUSDT", price: 905, tickDigits: 2, lotDigits: 2, pricePrecision: 3),
    Instrument(symbol: "XRPUSDT", price: 2.21, tickDigits: 4, lotDigits: 1),
    Instrument(symbol: "DOGEUSDT", price: 0.1642, tickDigits: 5, lotDigits: 0, pricePrecision: 6),
    Instrument(symbol: "ADAUSDT", price: 0.512, tickDigits: 4, lotDigits: 0, pricePrecision: 5),
    Instrument(symbol: "AVAXUSDT", price: 16.4, tickDigits: 3, lotDigits: 0, pricePrecision: 4),
    Instrument(symbol: "LINKUSDT", price: 14.1, tickDigits: 3, lotDigits: 2),
    Instrument(symbol: "1000PEPEUSDT", price: 0.00612, tickDigits: 7, lotDigits: 0),
  ]

  /// BTCUSDT carries the live entry's own limits, which its price alone would not give.
  private static var bitcoin: Instrument {
    var instrument = Instrument(
      symbol: "BTCUSDT", price: 83_434.4, tickDigits: 1, lotDigits: 3, pricePrecision: 2, minNotional: 50)
    instrument.minPriceE8 = 556_80 * 1_000_000
    instrument.maxPriceE8 = 4_529_764 * Decimal8.one
    instrument.maxQuantityE8 = 1_000 * Decimal8.one
    instrument.maxMarketQuantityE8 = 120 * Decimal8.one
    return instrument
  }

  /// The instrument of a symbol; an unknown one gets a price between 0.01 and 1,000 USD drawn from its name.
  public static func instrument(_ symbol: String) -> Instrument {
    if let match = known.first(where: { $0.symbol == symbol }) { return match }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in symbol.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var random = Random(seed: hash)
    var price = random.uniform(1, 10)
    for _ in 0..<Int(random.next() % 5) { price *= 10 }
    price /= 100
    return instrument(symbol, price: price)
  }

  /// An instrument whose grid suits a price: a tick of 0.1 to 1 bp, a lot of 0.1 to 10 USD.
  public static func instrument(_ symbol: String, price: Double) -> Instrument {
    var tickDigits = 0
    var tick = 1.0
    while tick > price * 1e-4, tickDigits < 8 {
      tick /= 10
      tickDigits += 1
    }
    var lotDigits = 0
    var lot = 1.0
    while lot * price > 10, lotDigits < 3 {
      lot /= 10
      lotDigits += 1
    }
    return Instrument(symbol: symbol, price: price, tickDigits: tickDigits, lotDigits: lotDigits)
  }

  /// The first names of a list extended, if it is shorter than `count`, by the known ones and then `SIM0001USDT`...
  public static func symbols(_ names: [String], count: Int) -> [String] {
    var all = names
    for instrument in known where all.count < count && !all.contains(instrument.symbol) {
      all.append(instrument.symbol)
    }
    var number = 1
    while all.count < count {
      let digits = String(number)
      all.append("SIM" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "USDT")
      number += 1
    }
    return all
  }
}
