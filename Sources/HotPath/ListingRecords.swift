import CRecords
import Domain

/// A new instrument as records for an input ring: its numbers, then its name in parts of 40 bytes.
///
///   flags 0      time_ms tick   id lot   price_e8 least   quantity_e8 most   first_id least notional
///   flags 1...3  the five words: bytes of the name, lowest first   span how many of them
public enum ListingRecords {
  static var bytesInPart: Int {
    @_noAllocation @_noLocks
    get { 40 }
  }
  static var nameParts: Int {
    @_noAllocation @_noLocks
    get { 3 }
  }

  /// The records of one instrument, to be pushed one after the other. `index` must be the engine's next.
  public static func records(_ instrument: Instrument, index: Int) -> [apus_record] {
    let name = Array(instrument.symbol.utf8)
    precondition(name.count <= EngineLimits.nameBytesMax, "a name has at most 96 bytes")
    var first = apus_record()
    first.kind = EventKind.instrument.rawValue
    first.symbol = UInt32(index)
    first.time_ms = instrument.tickSize
    first.id = instrument.lotSize
    first.price_e8 = instrument.minimumQuantity
    first.quantity_e8 = instrument.maximumQuantity
    first.first_id = instrument.minimumNotional
    return [first] + (0..<nameParts).map { part(name, $0, index) }
  }

  private static func part(_ name: [UInt8], _ part: Int, _ index: Int) -> apus_record {
    let bytes = name.dropFirst(part * bytesInPart).prefix(bytesInPart)
    var words: [UInt64] = [0, 0, 0, 0, 0]
    for (place, byte) in bytes.enumerated() { words[place / 8] |= UInt64(byte) << UInt64(place % 8 * 8) }
    var record = apus_record()
    record.kind = EventKind.instrument.rawValue
    record.flags = UInt16(part + 1)
    record.symbol = UInt32(index)
    record.time_ms = Int64(bitPattern: words[0])
    record.id = Int64(bitPattern: words[1])
    record.price_e8 = Int64(bitPattern: words[2])
    record.quantity_e8 = Int64(bitPattern: words[3])
    record.first_id = Int64(bitPattern: words[4])
    record.span = UInt32(bytes.count)
    return record
  }

  @_noAllocation @_noLocks
  static func limits(_ record: apus_record) -> InstrumentLimits {
    InstrumentLimits(
      tick: record.time_ms, lot: record.id, minimumQuantity: record.price_e8, maximumQuantity: record.quantity_e8,
      minimumNotional: record.first_id)
  }

  /// A byte of a name's part.
  @_noAllocation @_noLocks
  static func byte(_ record: apus_record, _ place: Int) -> UInt8 {
    let shift = UInt64(truncatingIfNeeded: place & 7) &* 8
    let word: Int64
    switch place >> 3 {
    case 0: word = record.time_ms
    case 1: word = record.id
    case 2: word = record.price_e8
    case 3: word = record.quantity_e8
    default: word = record.first_id
    }
    return UInt8(truncatingIfNeeded: UInt64(bitPattern: word) >> shift)
  }
}
