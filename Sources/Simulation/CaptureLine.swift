import Foundation

/// A line of a raw capture: a local timestamp, a space, and a combined-stream event as JSON.
enum CaptureLine {
  case trade(symbol: String, CaptureAggregator.RawTrade)
  case quote(symbol: String, BookQuote)
  case mark(symbol: String, MarkQuote)
  /// Depth, or a trade that the venue does not aggregate (insurance fund, auto-deleveraging).
  case ignored

  private struct Event: Decodable {
    struct Body: Decodable {
      var kind: String
      var eventMillis: Int64
      var symbol: String
      var timeMillis: Int64?
      var tradeID: Int64?
      var updateID: Int64?
      var price: String?
      var quantity: String?
      var reason: String?
      var buyerIsMaker: Bool?
      var bid: String?
      var bidQuantity: String?
      var ask: String?
      var askQuantity: String?
      var index: String?
      var settle: String?
      var rate: String?

      enum CodingKeys: String, CodingKey {
        case kind = "e"
        case eventMillis = "E"
        case symbol = "s"
        case timeMillis = "T"
        case tradeID = "t"
        case updateID = "u"
        case price = "p"
        case quantity = "q"
        case reason = "X"
        case buyerIsMaker = "m"
        case bid = "b"
        case bidQuantity = "B"
        case ask = "a"
        case askQuantity = "A"
        case index = "i"
        case settle = "P"
        case rate = "r"
      }
    }

    var data: Body
  }

  init(_ line: ArraySlice<UInt8>) throws(RecordingReader.Malformed) {
    guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { throw Self.malformed(line) }
    let json = line[(space + 1)...]
    // Depth is half of a capture's bytes and its `a` and `b` are arrays: it is known by its stream's name.
    if json.prefix(64).contains(Array("@depth".utf8)) {
      self = .ignored
      return
    }
    guard let event = try? JSONDecoder().decode(Event.self, from: Data(json)) else { throw Self.malformed(line) }
    guard let made = Self.make(event.data) else { throw Self.malformed(line) }
    self = made
  }

  private static func malformed(_ line: ArraySlice<UInt8>) -> RecordingReader.Malformed {
    RecordingReader.Malformed(line: String(decoding: line.prefix(120), as: UTF8.self))
  }

  private static func make(_ body: Event.Body) -> CaptureLine? {
    switch body.kind {
    case "trade":
      if let kind = body.reason, kind != "MARKET" { return .ignored }
      guard let id = body.tradeID, let time = body.timeMillis, let isMaker = body.buyerIsMaker,
        let price = decimal(body.price),
        let quantity = decimal(body.quantity)
      else { return nil }
      return .trade(
        symbol: body.symbol,
        .init(id: id, priceE8: price, quantityE8: quantity, timeMillis: time, buyerIsMaker: isMaker))
    case "bookTicker":
      guard let update = body.updateID, let bid = decimal(body.bid), let bidQuantity = decimal(body.bidQuantity),
        let ask = decimal(body.ask), let askQuantity = decimal(body.askQuantity)
      else { return nil }
      return .quote(
        symbol: body.symbol,
        BookQuote(
          updateID: update, timeMillis: body.timeMillis ?? body.eventMillis, bidE8: bid, bidQuantityE8: bidQuantity,
          askE8: ask,
          askQuantityE8: askQuantity))
    case "markPriceUpdate":
      guard let mark = decimal(body.price), let index = decimal(body.index) else { return nil }
      return .mark(
        symbol: body.symbol,
        MarkQuote(
          timeMillis: body.eventMillis, markE8: mark, indexE8: index, settleE8: decimal(body.settle) ?? mark,
          fundingRateE8: decimal(body.rate) ?? 0, nextFundingMillis: body.timeMillis ?? 0))
    default: return .ignored
    }
  }

  private static func decimal(_ text: String?) -> Int64? {
    text.flatMap { Decimal8.parse($0) }
  }
}
