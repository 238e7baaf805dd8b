import CRecords
import Domain
import HotPath

/// What an input makes the engine's producers say, eight bytes an event:
///
///   kind | symbol | flags | id | now | time | price | quantity
///
/// Each byte chooses from a table, near values and the ends of Int64 among them. What a producer promises is kept, since
/// the engine relies on it: the parsers give prices above 0, ids and quantities of at least 0; `now` goes back only when the clock is
/// set, which is told, and stays within three days over an input, for every 15 s of it are a step of the grid.
struct FuzzEvents {
  private var input: FuzzInput
  private let holdsGaps: Bool
  private(set) var now: Int64 = 1_800_000_000_000
  private let firstNow: Int64 = 1_800_000_000_000
  private let lastNow: Int64 = 1_800_000_000_000 + 3 * 86_400_000

  init(_ input: FuzzInput, holdsGaps: Bool) {
    self.input = input
    self.holdsGaps = holdsGaps
  }

  /// The records of the next event; nil when the input is used up.
  mutating func next(of engine: borrowing Engine) -> [apus_record]? {
    if input.isEmpty { return nil }
    let kind = input.byte()
    var record = apus_record()
    record.symbol = symbol(input.byte(), engine)
    record.flags = UInt16(input.byte())
    let id = input.byte()
    now = min(lastNow, now + Self.pauses[Int(input.byte()) % Self.pauses.count])
    let time = input.byte()
    let price = input.byte()
    let quantity = input.byte()
    record.time_ms = Self.edge(time) ?? now &+ Self.offsets[Int(time) % Self.offsets.count]
    switch kind % 20 {
    case 0...5: return [trade(.trade, record, id, price, quantity, engine)]
    case 6, 7: return [trade(.historyTrade, record, id, price, quantity, engine)]
    case 8: return burst(kind < 128 ? .trade : .historyTrade, record, id, price, quantity, engine)
    case 9, 10: return [tick()]
    case 11: return [market(.indicator, record, id, price, quantity)]
    case 12: return [market(.liquidation, record, id, price, quantity)]
    case 13: return [ended(record, id)]
    case 14: return [connection(.feedDown, record, id)]
    case 15: return [connection(.feedHeard, record, id)]
    case 16: return [plain(kind < 128 ? .historyReset : .delisted, record)]
    case 17: return [command(id, given: time)]
    case 18: return listed(record, id, price, quantity, engine)
    default: return [anything(record, kind: id, price, quantity)]
    }
  }

  // MARK: trades

  private func trade(
    _ kind: EventKind, _ given: apus_record, _ id: UInt8, _ price: UInt8, _ quantity: UInt8, _ engine: borrowing Engine
  ) -> apus_record {
    var record = given
    record.kind = kind.rawValue
    record.flags &= RecordFlags.sell | RecordFlags.overlap
    let index = Int(given.symbol)
    let isKnown = index < engine.symbolCount
    let lastId = isKnown ? engine.view(index).lastId : 0
    record.id = max(0, Self.idJumps[id] ?? lastId.addingReportingOverflow(Int64(Int8(bitPattern: id))).partialValue)
    record.price_e8 = max(1, Self.edge(price) ?? 6_500_000_000_000 + Int64(Int8(bitPattern: price)) * 4_000_000_000)
    record.quantity_e8 = max(0, Self.edge(quantity) ?? Int64(quantity) * 1_000_000)
    record.first_id = record.id
    record.time_ms = bounded(
      given.time_ms, isHistory: kind == .historyTrade, hasTrade: isKnown && engine.view(index).hasTrade)
    return record
  }

  /// The grid is passed in steps of 15 s, so a trade must not begin or move it years away. Live, the engine sees to that;
  /// of history it refuses only the future, and a time behind the windows counts as theirs. The rest is promised by who
  /// reads files and pages.
  private func bounded(_ time: Int64, isHistory: Bool, hasTrade: Bool) -> Int64 {
    if holdsGaps && !isHistory { return time }
    let earliest = hasTrade ? Int64.min : now - 3 * 86_400_000
    let latest = isHistory ? Int64.max : now + 3_600_000
    return max(earliest, min(time, latest))
  }

  /// A run of trades with ascending ids, up to 1,020: enough for quantiles, chunks and a full pool.
  private func burst(
    _ kind: EventKind, _ given: apus_record, _ id: UInt8, _ price: UInt8, _ quantity: UInt8, _ engine: borrowing Engine
  ) -> [apus_record] {
    let first = trade(kind, given, 1, 0, quantity, engine)
    return (0..<Int64(id) * 4).map { number in
      var record = first
      record.id = first.id &+ number
      record.flags = number % 3 == 0 ? RecordFlags.sell : 0
      record.price_e8 = first.price_e8 + number % 7 * Int64(price) * 1_000_000
      record.quantity_e8 = max(0, first.quantity_e8 &+ number &* Int64(quantity))
      return record
    }
  }

  // MARK: the rest

  private func tick() -> apus_record {
    var record = apus_record()
    record.kind = EventKind.tick.rawValue
    record.time_ms = now
    return record
  }

  /// Indicators and liquidations come from files: any time, any value.
  private func market(_ kind: EventKind, _ given: apus_record, _ known: UInt8, _ price: UInt8, _ quantity: UInt8)
    -> apus_record
  {
    var record = given
    record.kind = kind.rawValue
    if kind == .indicator { record.flags &= 7 } else { record.flags &= RecordFlags.sell }
    record.id = Self.edge(known) ?? now &+ Self.offsets[Int(known) % Self.offsets.count]
    let value = Double(Int8(bitPattern: price)) / 64
    record.price_e8 =
      Self.edge(price) ?? (kind == .indicator ? Int64(bitPattern: value.bitPattern) : Int64(price) << 32)
    record.quantity_e8 = Self.edge(quantity) ?? Int64(quantity) << 24
    record.first_id = Int64(quantity)
    return record
  }

  private func ended(_ given: apus_record, _ request: UInt8) -> apus_record {
    var record = plain(.historyEnd, given)
    record.flags &= RecordFlags.gaveUp | RecordFlags.partial
    record.first_id = Int64(request % 5)
    return record
  }

  private func connection(_ kind: EventKind, _ given: apus_record, _ end: UInt8) -> apus_record {
    var record = plain(kind, given)
    record.first_id = Self.edge(end) ?? Int64(end % 8)
    // The feed tells times of the venue's clock, or 0.
    record.time_ms = max(0, given.time_ms)
    return record
  }

  private func plain(_ kind: EventKind, _ given: apus_record) -> apus_record {
    var record = given
    record.kind = kind.rawValue
    return record
  }

  private mutating func command(_ code: UInt8, given: UInt8) -> apus_record {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = Self.edge(code) ?? Int64(code % 7)
    guard record.id == Command.clockMoved.rawValue else { return record }
    // Whoever sets the clock takes now along; a distance that no clock is set by leaves it.
    if let edge = Self.edge(given) {
      record.first_id = edge
      let (moved, overflows) = now.addingReportingOverflow(edge)
      if !overflows, (firstNow...lastNow).contains(moved) { now = moved }
    } else {
      let moved = max(firstNow, min(lastNow, now + Self.offsets[Int(given) % Self.offsets.count]))
      record.first_id = moved - now
      now = moved
    }
    return record
  }

  /// An instrument in its four parts, or parts in any order.
  private func listed(
    _ given: apus_record, _ name: UInt8, _ tick: UInt8, _ lot: UInt8, _ engine: borrowing Engine
  ) -> [apus_record] {
    let instrument = Instrument(
      symbol: String(repeating: "N", count: Int(name) % 97), tickSize: max(0, Self.edge(tick) ?? Int64(tick)),
      lotSize: max(1, Self.edge(lot) ?? Int64(lot)))
    let index = given.flags & 1 == 0 ? engine.symbolCount : Int(given.symbol)
    let parts = ListingRecords.records(instrument, index: index)
    if given.flags & 2 == 0 { return parts }
    return (0..<Int(given.flags >> 2 & 7)).map { parts[(Int(name) >> $0) & 3] }
  }

  /// A kind that nobody sends, or a known one without any of its fields chosen.
  private func anything(_ given: apus_record, kind: UInt8, _ price: UInt8, _ quantity: UInt8) -> apus_record {
    var record = given
    record.kind = UInt16(kind) + UInt16(EventKind.delisted.rawValue) + 1
    record.price_e8 = Self.edge(price) ?? 0
    record.quantity_e8 = Self.edge(quantity) ?? 0
    return record
  }

  // MARK: tables

  private func symbol(_ choice: UInt8, _ engine: borrowing Engine) -> UInt32 {
    switch choice & 15 {
    case 0...9: UInt32(choice & 15) % 3
    case 10, 11: UInt32(engine.symbolCount - 1)
    case 12: UInt32(engine.symbolCount)
    case 13: UInt32(engine.symbolRoom)
    case 14: 1_000
    default: .max
    }
  }

  /// The ends of what 64 bits hold and of what the engine treats differently; nil for most bytes.
  private static func edge(_ choice: UInt8) -> Int64? {
    switch choice {
    case 0xF0: .min
    case 0xF1: .min + 1
    case 0xF2: -1
    case 0xF3: 0
    case 0xF4: 1
    case 0xF5: 511
    case 0xF6: 512
    case 0xF7: (1 << 55) - 1
    case 0xF8: 1 << 55
    case 0xF9: 1 << 56
    case 0xFA: 1 << 62
    case 0xFB: .max - 1
    case 0xFC: .max
    case 0xFD: 100_000_000_000_000
    default: nil
    }
  }

  private static let idJumps: [UInt8: Int64] = [
    0x80: 0, 0x7F: .max, 0x7E: .max - 1, 0x7D: 1 << 62, 0x7C: 100_000_000, 0x7B: 100_000_001,
  ]

  private static let pauses: [Int64] = [
    0, 0, 0, 1, 10, 100, 100, 1_000, 2_000, 5_000, 10_000, 15_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
    3_600_000, 14_400_000, 86_400_000,
  ]

  private static let offsets: [Int64] = [
    0, 0, 0, -1, 1, -100, 100, -700, -2_000, -15_000, 15_000, -60_000, -300_000, -1_800_000, -14_400_000, -86_399_999,
    -86_400_000, -86_400_001, 3_599_999, 3_600_000, 3_600_001, -172_800_000,
  ]
}
