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
      var e: String
      var E: Int64
      var s: String
      var T: Int64?
      var t: Int64?
      var u: Int64?
      var p: String?
      var q: String?
      var X: String?
      var m: Bool?
      var b: String?
      var B: String?
      var a: String?
      var A: String?
      var i: String?
      var P: String?
      var r: String?
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
    switch body.e {
    case "trade":
      if let kind = body.X, kind != "MARKET" { return .ignored }
      guard let id = body.t, let time = body.T, let isMaker = body.m, let price = decimal(body.p),
        let quantity = decimal(body.q)
      else { return nil }
      return .trade(
        symbol: body.s,
        .init(id: id, priceE8: price, quantityE8: quantity, timeMillis: time, buyerIsMaker: isMaker))
    case "bookTicker":
      guard let update = body.u, let bid = decimal(body.b), let bidQuantity = decimal(body.B),
        let ask = decimal(body.a), let askQuantity = decimal(body.A)
      else { return nil }
      return .quote(
        symbol: body.s,
        BookQuote(
          updateID: update, timeMillis: body.T ?? body.E, bidE8: bid, bidQuantityE8: bidQuantity, askE8: ask,
          askQuantityE8: askQuantity))
    case "markPriceUpdate":
      guard let mark = decimal(body.p), let index = decimal(body.i) else { return nil }
      return .mark(
        symbol: body.s,
        MarkQuote(
          timeMillis: body.E, markE8: mark, indexE8: index, settleE8: decimal(body.P) ?? mark,
          fundingRateE8: decimal(body.r) ?? 0, nextFundingMillis: body.T ?? 0))
    default: return .ignored
    }
  }

  private static func decimal(_ text: String?) -> Int64? {
    text.flatMap { Decimal8.parse($0) }
  }
}
