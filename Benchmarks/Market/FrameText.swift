import CRecords
import Domain

/// The parts of a frame that are the same for all trades of a symbol.
struct FrameSymbol {
  let head: [UInt8]
  let symbol: [UInt8]
  let tail: [UInt8]

  init(_ name: String, form: FrameForm) {
    let opening = form == .combined ? "{\"stream\":\"\(name.lowercased())@aggTrade\",\"data\":" : ""
    head = Array((opening + "{\"e\":\"aggTrade\",\"E\":").utf8)
    symbol = Array(",\"s\":\"\(name)\",\"p\":\"".utf8)
    tail = Array((form == .combined ? "}}" : "}").utf8)
  }

  var byteCount: Int { head.count + symbol.count + tail.count }
}

/// Writes frames and rows into memory that is known to have room: no check a byte, since millions are written before a
/// measurement can begin.
struct FrameText {
  /// All numbers, keys and literals of a frame or row: seven of at most 21 bytes each and some 70 of keys.
  static let numbersBytesMax = 256
  var cursor: UnsafeMutablePointer<UInt8>

  init(at start: UnsafeMutablePointer<UInt8>) { cursor = start }

  /// `{"e":"aggTrade","E":..,"a":..,"s":"..","p":"..","q":"..","nq":"..","f":..,"l":..,"T":..,"m":..}`, the order of keys of
  /// the venue since 2026-02. `nq` leaves out quantity that retail orders took, in one trade of eight here.
  mutating func append(_ trade: apus_record, _ symbol: FrameSymbol) {
    append(symbol.head)
    append(trade.time_ms + 100 + trade.id % 51)
    append(",\"a\":")
    append(trade.id)
    append(symbol.symbol)
    append(units: trade.price_e8, decimalsMin: 2)
    append("\",\"q\":\"")
    append(units: trade.quantity_e8, decimalsMin: 3)
    append("\",\"nq\":\"")
    append(units: trade.id % 8 == 0 ? trade.quantity_e8 / 200_000 * 100_000 : trade.quantity_e8, decimalsMin: 3)
    append("\",\"f\":")
    append(trade.first_id)
    append(",\"l\":")
    append(trade.first_id + Int64(trade.span))
    append(",\"T\":")
    append(trade.time_ms)
    append(",\"m\":")
    append(trade.flags & RecordFlags.sell != 0 ? "true" : "false")
    append(symbol.tail)
  }

  /// A row of a data.binance.vision aggTrades file, whose decimals have lost their trailing zeros.
  mutating func appendRow(_ trade: apus_record) {
    append(trade.id)
    append(",")
    append(units: trade.price_e8, decimalsMin: 1)
    append(",")
    append(units: trade.quantity_e8, decimalsMin: 1)
    append(",")
    append(trade.first_id)
    append(",")
    append(trade.first_id + Int64(trade.span))
    append(",")
    append(trade.time_ms)
    append(trade.flags & RecordFlags.sell != 0 ? ",true\n" : ",false\n")
  }

  mutating func append(_ text: StaticString) {
    cursor.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    cursor += text.utf8CodeUnitCount
  }

  private mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { cursor.update(from: $0.baseAddress!, count: $0.count) }
    cursor += bytes.count
  }

  /// A whole number, not negative.
  private mutating func append(_ number: Int64) {
    var rest = UInt64(number)
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, rest >= bound {
      digits += 1
      bound *= 10
    }
    var place = digits - 1
    while place >= 0 {
      cursor[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    }
    cursor += digits
  }

  /// Units of 1e-8 as an exact decimal with at least `decimalsMin` decimals.
  private mutating func append(units: Int64, decimalsMin: Int) {
    append(units / 100_000_000)
    var fraction = units % 100_000_000
    cursor[0] = UInt8(ascii: ".")
    var place = 8
    while place >= 1 {
      cursor[place] = 0x30 + UInt8(truncatingIfNeeded: fraction % 10)
      fraction /= 10
      place -= 1
    }
    var decimals = 8
    while decimals > decimalsMin, cursor[decimals] == 0x30 { decimals -= 1 }
    cursor += decimals + 1
  }
}
