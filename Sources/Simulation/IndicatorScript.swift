/// Synthetic indicators that go with a synthetic market: from two hours before its start to an hour after it, in
/// favour of the direction its flow leans at the start.
///
/// Lines are `{"time_ms":..,"symbol":..,"type":..,"value":..}`; a liquidation carries side, price and qty instead.
public struct IndicatorScript {
  let seed: UInt64
  let startMillis: Int64
  let instruments: [Instrument]
  let directions: [Double]

  static let beforeMillis: Int64 = 2 * 3_600_000
  static let afterMillis: Int64 = 3_600_000

  private struct Line {
    var timeMillis: Int64
    var bytes: [UInt8]
  }

  /// `directions` has +1 or -1 for each instrument.
  public init(seed: UInt64, startMillis: Int64, instruments: [Instrument], directions: [Double]) {
    precondition(instruments.count == directions.count, "each symbol leans one way")
    self.seed = seed
    self.startMillis = startMillis
    self.instruments = instruments
    self.directions = directions
  }

  /// Writes the lines in order of time; liquidations are priced around the last prices.
  public func write(lastPricesE8: [Int64], into out: inout WireText) {
    var lines: [Line] = []
    for (index, instrument) in instruments.enumerated() {
      var random = Random(seed: seed ^ 0x1D1C_A70A, stream: UInt64(index))
      addSeries(instrument, directions[index], &random, &lines)
      addLiquidations(instrument, directions[index], lastPricesE8[index], &random, &lines)
    }
    // Stable by construction: equal times keep the order of symbols and types.
    let order = lines.indices.sorted { (lines[$0].timeMillis, $0) < (lines[$1].timeMillis, $1) }
    for index in order { out.raw(lines[index].bytes) }
  }

  private func addSeries(
    _ instrument: Instrument, _ direction: Double, _ random: inout Random, _ lines: inout [Line]
  ) {
    let minute: Int64 = 60_000
    let begin = (startMillis - Self.beforeMillis) / (5 * minute) * (5 * minute)
    let end = startMillis + Self.afterMillis
    var openInterest = 300_000_000 * 1e8 / Double(instrument.openingPriceE8) * random.uniform(0.5, 2)
    for time in stride(from: begin, through: end, by: Int(5 * minute)) {
      // Contrarian: in a market that rises the crowd is short, and new positions open in it.
      openInterest *= 1 + random.uniform(0.0015, 0.0035)
      let crowd = direction > 0 ? random.uniform(1.02, 1.18) : random.uniform(1.82, 1.98)
      let top = direction > 0 ? random.uniform(1.3, 1.5) : random.uniform(0.7, 0.9)
      lines.append(line(time, instrument, "long_short_ratio", crowd, digits: 4))
      lines.append(line(time, instrument, "top_trader_position", top, digits: 4))
      lines.append(line(time, instrument, "open_interest_hist", openInterest, digits: 3))
    }
    for time in stride(from: begin, through: end, by: Int(minute)) {
      lines.append(
        line(time, instrument, "coinbase_premium", direction * random.uniform(0.0003, 0.0005), digits: 8))
      lines.append(
        line(time, instrument, "funding_rate", direction * random.uniform(-0.00008, -0.00002), digits: 8))
    }
  }

  private func addLiquidations(
    _ instrument: Instrument, _ direction: Double, _ priceE8: Int64, _ random: inout Random, _ lines: inout [Line]
  ) {
    var time = startMillis - Self.beforeMillis
    while time <= startMillis + Self.afterMillis {
      // A rise closes shorts: their liquidation orders buy.
      let isBuy = (random.unit() < 0.88) == (direction > 0)
      let lotNotional = Double(instrument.lotE8) * Double(priceE8) / 1e16
      let lots = max(1, Int64(random.uniform(15_000, 60_000) / lotNotional))
      let offset = Int64(random.uniform(-20, 20))
      var text = WireText(capacity: 160)
      begin(&text, time, instrument, "liquidation")
      text.raw(isBuy ? ",\"side\":\"BUY\",\"price\":" : ",\"side\":\"SELL\",\"price\":")
      text.shortest(max(instrument.tickE8, priceE8 + offset * instrument.tickE8))
      text.raw(",\"qty\":")
      text.shortest(lots * instrument.lotE8)
      text.raw("}\n")
      lines.append(Line(timeMillis: time, bytes: text.bytes))
      time += Int64(random.uniform(30_000, 150_000))
    }
  }

  private func line(
    _ time: Int64, _ instrument: Instrument, _ type: String, _ value: Double, digits: Int
  ) -> Line {
    var text = WireText(capacity: 120)
    begin(&text, time, instrument, type)
    text.raw(",\"value\":")
    text.fixed(Int64((value * 1e8).rounded()), digits: digits)
    text.raw("}\n")
    return Line(timeMillis: time, bytes: text.bytes)
  }

  private func begin(_ text: inout WireText, _ time: Int64, _ instrument: Instrument, _ type: String) {
    text.raw("{\"time_ms\":")
    text.integer(time)
    text.raw(",\"symbol\":")
    text.quoted(instrument.symbol)
    text.raw(",\"type\":")
    text.quoted(type)
  }
}
