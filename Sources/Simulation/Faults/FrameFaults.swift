/// What is sent in place of one live trade's frame. REST has the true trade, whatever the stream says.
enum FrameFault: Equatable, Sendable {
  case skip
  case duplicate
  /// Held back until the last of the fault's trades, then sent newest first.
  case reorder
  /// The true frame and one with the same id and another price and quantity.
  case contradict(falseFirst: Bool)
  case truncate
  case malformed
  case priceTimesTen
  /// T so many ms later than it was.
  case timeAhead(millis: Int64)
  /// The id so much higher.
  case idAhead(by: Int64)
  /// The price as this text.
  case badNumber(String)
  /// The true trade among keys that nobody knows, in another order.
  case unknownFields
  /// A text of 300 KiB, then the true frame.
  case oversized
}

/// One message of a trade's stream.
enum TradeMessage: Equatable, Sendable {
  /// An event, which a combined connection gets with its stream's name around it.
  case event([UInt8])
  /// The first half of the message that the event would be.
  case half([UInt8])
  /// These bytes on every connection.
  case bare([UInt8])
}

extension FrameFault {
  /// No JSON by any reading, and not merely cut off: that is `truncate`.
  static let malformedText = Array(#"{"e":"aggTrade",,"a":one,'p':}]"#.utf8)
  static let oversizedBytes = 300 << 10

  /// The messages to send; none for `reorder`, whose frames wait for one another.
  func messages(_ trade: AggTrade, _ instrument: Instrument, eventMillis: Int64) -> [TradeMessage] {
    func frame(_ trade: AggTrade) -> [UInt8] {
      var out = WireText(capacity: 256)
      StreamEncoder.aggTrade(trade, instrument, eventMillis: eventMillis, into: &out)
      return out.bytes
    }
    let truth = frame(trade)
    switch self {
    case .skip, .reorder: return []
    case .duplicate: return [.event(truth), .event(truth)]
    case .contradict(let falseFirst):
      let lie = frame(Self.contradiction(trade, instrument))
      return falseFirst ? [.event(lie), .event(truth)] : [.event(truth), .event(lie)]
    case .truncate: return [.half(truth)]
    case .malformed: return [.bare(Self.malformedText)]
    case .priceTimesTen:
      var tenfold = trade
      let (price, overflows) = trade.priceE8.multipliedReportingOverflow(by: 10)
      tenfold.priceE8 = overflows ? .max : price
      return [.event(frame(tenfold))]
    case .timeAhead(let millis):
      var ahead = trade
      ahead.timeMillis += millis
      return [.event(frame(ahead))]
    case .idAhead(let distance):
      var ahead = trade
      ahead.id += distance
      return [.event(frame(ahead))]
    case .badNumber(let number): return [.event(Self.withPrice(number, truth))]
    case .unknownFields: return [.event(Self.strange(trade, instrument, eventMillis: eventMillis))]
    case .oversized: return [.bare(Self.filler), .event(truth)]
    }
  }

  /// Half a percent dearer and a lot larger: near enough that no check of plausibility gives it away.
  private static func contradiction(_ trade: AggTrade, _ instrument: Instrument) -> AggTrade {
    var lie = trade
    lie.priceE8 += max(1, trade.priceE8 / 200 / instrument.tickE8) * instrument.tickE8
    lie.quantityE8 += instrument.lotE8
    return lie
  }

  private static func withPrice(_ number: String, _ frame: [UInt8]) -> [UInt8] {
    let key = Array(#","p":""#.utf8)
    guard let begin = frame.firstRange(of: key)?.upperBound,
      let end = frame[begin...].firstIndex(of: UInt8(ascii: "\""))
    else { preconditionFailure("a trade's frame has a price") }
    return frame[..<begin] + Array(number.utf8) + frame[end...]
  }

  /// Names of real keys inside the unknown ones, and quotes and brackets inside their strings: what misleads a parser
  /// that searches instead of reading.
  private static func strange(_ trade: AggTrade, _ instrument: Instrument, eventMillis: Int64) -> [UInt8] {
    var out = WireText(capacity: 512)
    out.raw(#"{"zz":{"a":1,"p":"0.1","T":[1,{"m":false}],"s":"NOPE"},"m":"#)
    out.bool(trade.buyerIsMaker)
    out.raw(#","T":"#)
    out.integer(trade.timeMillis)
    out.raw(#","list":[[],{},"\"p\":\"1\"",-1.5e-3,null,[true,{"q":"9"}]],"l":"#)
    out.integer(trade.lastID)
    out.raw(#","f":"#)
    out.integer(trade.firstID)
    out.raw(#","text":"\u5e01\ud83d\ude00 \\\" }]{ ,\"a\":7, \/ \b\f\n\r\t","#)
    out.number(#""nq":""#, trade.normalQuantityE8, instrument.quantityPrecision)
    out.number(#"","q":""#, trade.quantityE8, instrument.quantityPrecision)
    out.number(#"","p":""#, trade.priceE8, instrument.pricePrecision)
    out.raw(#"","":0,"s":"#)
    out.quoted(instrument.symbol)
    out.raw(#","a":"#)
    out.integer(trade.id)
    out.raw(#","E":"#)
    out.integer(eventMillis)
    out.raw(#","st":1,"e":"aggTrade"}"#)
    return out.bytes
  }

  /// Good JSON of an event that nobody knows: what is wrong with it is its size.
  private static let filler: [UInt8] = {
    let head = Array(#"{"e":"filler","x":""#.utf8)
    let tail = Array(#""}"#.utf8)
    return head + [UInt8](repeating: UInt8(ascii: "x"), count: oversizedBytes - head.count - tail.count) + tail
  }()
}
