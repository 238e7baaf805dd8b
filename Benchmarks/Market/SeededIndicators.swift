import CRecords
import Domain

/// What is published besides trades, so that every signal of a strategy has something to read: long/short ratio and open
/// interest every 5 min, funding rate and coinbase premium every minute, a liquidation about every 40 s.
///
/// Values wander slowly around what confirms neither direction, so that scores cross a threshold now and then.
public enum SeededIndicators {
  /// Records of symbol 0 as the engine takes them, ordered by known_ms. Published 2 s after the time they are of.
  public static func records(seed: UInt64, fromMillis: Int64, throughMillis: Int64) -> [apus_record] {
    var random = MarketRandom(seed: seed ^ 0x1D1C_A705)
    var records: [apus_record] = []
    var ratio = 1.5
    var openInterest = 80_000.0
    var premium = 0.0
    var funding = 0.0001
    var minute = fromMillis - fromMillis % 60_000 - 45 * 60_000
    while minute <= throughMillis {
      premium = premium * 0.95 + (random.unit() - 0.5) * 0.0003
      funding = funding * 0.98 + 0.000_002 + (random.unit() - 0.5) * 0.0001
      records.append(indicator(.coinbasePremium, premium, at: minute, place: records.count))
      records.append(indicator(.fundingRate, funding, at: minute, place: records.count))
      if minute % 300_000 == 0 {
        ratio = max(0.5, ratio * 0.9 + 0.15 + (random.unit() - 0.5) * 0.4)
        openInterest *= 1.0005 + (random.unit() - 0.5) * 0.006
        records.append(indicator(.longShortRatio, ratio, at: minute, place: records.count))
        records.append(indicator(.openInterestHist, openInterest, at: minute, place: records.count))
      }
      var at = minute
      while true {
        at += 1 + Int64(random.next() % 80_000)
        if at >= minute + 60_000 { break }
        records.append(liquidation(&random, at: at, place: records.count))
      }
      minute += 60_000
    }
    records.sort { $0.id == $1.id ? $0.first_id < $1.first_id : $0.id < $1.id }
    return records
  }

  private static func indicator(_ type: IndicatorType, _ value: Double, at millis: Int64, place: Int) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.indicator.rawValue
    record.flags = type.rawValue
    record.time_ms = millis
    record.id = millis + 2_000
    record.price_e8 = Int64(bitPattern: value.bitPattern)
    record.first_id = Int64(place)
    return record
  }

  /// A few hundred to a few ten thousand dollars at about 60,000 a coin.
  private static func liquidation(_ random: inout MarketRandom, at millis: Int64, place: Int) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.liquidation.rawValue
    record.flags = random.next() % 2 == 0 ? RecordFlags.sell : 0
    record.time_ms = millis
    record.id = millis + 1_000
    record.price_e8 = (600_000 + Int64(random.next() % 2_000)) * 10_000_000
    record.quantity_e8 = (1 + Int64(random.next() % 900)) * 100_000
    record.first_id = Int64(place)
    return record
  }
}
