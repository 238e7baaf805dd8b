/// The venue's REST side: which endpoints exist, what they weigh and what they answer.
extension SimulatedVenue {
  /// Answers a request at a moment; `advance` should have been called up to it.
  public func respond(to request: RestRequest, nowMillis: Int64) -> RestResponse {
    let truth = truth(of: request, nowMillis: nowMillis)
    guard let (fault, untilMillis) = faults.restFault(path: request.path, nowMillis: nowMillis) else { return truth }
    return fault.spoiled(
      truth, client: request.client, weightLimit: publishedWeightLimit, nowMillis: nowMillis, untilMillis: untilMillis)
  }

  private func truth(of request: RestRequest, nowMillis: Int64) -> RestResponse {
    let weight = Self.weight(of: request)
    let verdict = ledger.charge(request.client, weight: weight, nowMillis: nowMillis)
    switch verdict {
    case .limited(let used, let retrySeconds):
      let body = RestEncoder.tooManyRequests(request.client, weightLimit: settings.weightLimit)
      return respond(429, body, used: used, retrySeconds: retrySeconds)
    case .banned(let used, let untilMillis):
      let body = RestEncoder.banned(request.client, untilMillis: untilMillis)
      return respond(418, body, used: used, retrySeconds: (untilMillis - nowMillis + 999) / 1_000)
    case .served(let used):
      do throws(RestFailure) {
        return respond(200, try body(of: request, nowMillis: nowMillis), used: used)
      } catch {
        return respond(error.status, RestEncoder.error(error.code, error.message), used: used)
      }
    }
  }

  private func respond(_ status: Int, _ body: [UInt8], used: Int64, retrySeconds: Int64? = nil) -> RestResponse {
    var headers = [RestResponse.Header(name: "X-MBX-USED-WEIGHT-1M", value: String(used))]
    if let retrySeconds { headers.append(.init(name: "Retry-After", value: String(retrySeconds))) }
    return RestResponse(status: status, body: body, headers: headers)
  }

  static func weight(of request: RestRequest) -> Int64 {
    switch request.path {
    case "/fapi/v1/aggTrades": return 20
    case "/fapi/v1/premiumIndex": return request.parameters["symbol"] == nil ? 10 : 1
    case "/fapi/v1/ticker/24hr": return request.parameters["symbol"] == nil ? 40 : 1
    case "/fapi/v1/klines":
      switch Int64(request.parameters["limit"] ?? "500") ?? 1 {
      case ..<100: return 1
      case ..<500: return 2
      case ...1_000: return 5
      default: return 10
      }
    default: return 1
    }
  }

  private func body(of request: RestRequest, nowMillis: Int64) throws(RestFailure) -> [UInt8] {
    guard request.method == "GET" else { throw .unknownPath(request.path, request.method) }
    switch request.path {
    case "/fapi/v1/ping": return Array("{}".utf8)
    case "/fapi/v1/time":
      return Array("{\"serverTime\":\(nowMillis + faults.clockSkewMillis(nowMillis: nowMillis))}".utf8)
    case "/fapi/v1/exchangeInfo":
      return ExchangeInfoEncoder.body(boards, nowMillis: nowMillis, weightLimit: publishedWeightLimit)
    case "/fapi/v1/aggTrades": return try aggTrades(request, nowMillis)
    case "/fapi/v1/klines": return try klines(request, nowMillis)
    case "/fapi/v1/premiumIndex": return try premiumIndex(request, nowMillis)
    case "/fapi/v1/ticker/24hr": return try tickers(request, nowMillis)
    default: throw .unknownPath(request.path, request.method)
    }
  }

  /// Without enforcement the real limit is still what exchangeInfo tells.
  private var publishedWeightLimit: Int64 {
    settings.weightLimit > 0 ? settings.weightLimit : 2_400
  }

  private func board(_ request: RestRequest, _ nowMillis: Int64) throws(RestFailure) -> SymbolBoard {
    guard let symbol = request.parameters["symbol"], !symbol.isEmpty else { throw .missing("symbol") }
    guard let index = symbolIndex[symbol], boards[index].isListed(nowMillis) else { throw .invalidSymbol }
    return boards[index]
  }

  private func integer(_ request: RestRequest, _ name: String) throws(RestFailure) -> Int64? {
    guard let text = request.parameters[name] else { return nil }
    guard let value = Int64(text) else { throw .missing(name) }
    guard value >= 0 else { throw .invalid(name) }
    return value
  }

  /// The moments a request may name, ms since the epoch: until the year 5138.
  ///
  /// Within them every sum of a time and a span fits 64 bits; saturating each sum instead was rejected, as one
  /// forgotten place is a trap that any client can set off.
  private static let servedMillis: ClosedRange<Int64> = 1...100_000_000_000_000

  private func time(_ request: RestRequest, _ name: String) throws(RestFailure) -> Int64? {
    guard let value = try integer(request, name) else { return nil }
    guard Self.servedMillis.contains(value) else { throw .invalid(name) }
    return value
  }

  private func limit(_ request: RestRequest, default standard: Int64, max most: Int64) throws(RestFailure) -> Int {
    let limit = try integer(request, "limit") ?? standard
    guard (1...most).contains(limit) else { throw .invalid("limit") }
    return Int(limit)
  }

  private func aggTrades(_ request: RestRequest, _ nowMillis: Int64) throws(RestFailure) -> [UInt8] {
    let board = try board(request, nowMillis)
    let limit = try limit(request, default: 500, max: 1_000)
    let fromID = try integer(request, "fromId")
    let start = try time(request, "startTime")
    let end = try time(request, "endTime")
    let tape = board.tape
    let range: Range<Int>
    if let fromID {
      guard start == nil, end == nil else { throw .mixedParameters }
      let first = tape.position(ofID: fromID)
      range = first..<min(tape.count, first + limit)
    } else if let start {
      if let end, start > end { throw .startAfterEnd }
      if let end, end - start >= 3_600_000 { throw .moreThanAnHour }
      let first = tape.position(ofTime: start)
      let last = tape.position(ofTime: (end ?? start + 3_599_999) + 1)
      range = first..<min(last, first + limit)
    } else {
      let last = end.map { tape.position(ofTime: $0 + 1) } ?? tape.count
      range = max(0, last - limit)..<last
    }
    return RestEncoder.aggTrades(tape, range, board.instrument)
  }

  private func klines(_ request: RestRequest, _ nowMillis: Int64) throws(RestFailure) -> [UInt8] {
    let board = try board(request, nowMillis)
    guard let name = request.parameters["interval"], !name.isEmpty else { throw .missing("interval") }
    guard let interval = KlineInterval(rawValue: name) else { throw .invalidInterval }
    let limit = try limit(request, default: 500, max: 1_500)
    let start = try time(request, "startTime")
    let end = try time(request, "endTime")
    if let start, let end, start > end { throw .startAfterEnd }
    board.candles.fill(through: nowMillis - settings.publishLagMillis)
    let candles = board.candles
    let through = end ?? nowMillis
    if let start {
      // From a moment before the first candle the venue answers with the first ones it has.
      let begin = max(start, candles.firstMillis.map(interval.start(of:)) ?? start)
      let last = min(through, begin + Int64(limit) * interval.millis)
      let found = candles.candles(interval, from: begin, through: last)
      return RestEncoder.klines(Array(found.prefix(limit)), interval, board.instrument)
    }
    let from = interval.start(of: through) - Int64(limit - 1) * interval.millis
    let found = candles.candles(interval, from: max(0, from), through: through)
    return RestEncoder.klines(found, interval, board.instrument)
  }

  private func premiumIndex(_ request: RestRequest, _ nowMillis: Int64) throws(RestFailure) -> [UInt8] {
    // The venue stamps mark prices with whole seconds.
    let second = nowMillis - nowMillis % 1_000
    var out = WireText(capacity: 300)
    if request.parameters["symbol"] != nil {
      let board = try board(request, nowMillis)
      guard let mark = board.mark(nowMillis: second) else { throw .invalidSymbol }
      RestEncoder.premiumIndex(mark, board.instrument, into: &out)
      return out.bytes
    }
    out.raw("[")
    var isFirst = true
    for board in boards {
      guard let mark = board.mark(nowMillis: second) else { continue }
      if !isFirst { out.raw(",") }
      isFirst = false
      RestEncoder.premiumIndex(mark, board.instrument, into: &out)
    }
    out.raw("]")
    return out.bytes
  }

  private func tickers(_ request: RestRequest, _ nowMillis: Int64) throws(RestFailure) -> [UInt8] {
    var out = WireText(capacity: 500)
    if request.parameters["symbol"] != nil {
      let board = try board(request, nowMillis)
      RestEncoder.ticker(board, ticker(board, nowMillis), into: &out)
      return out.bytes
    }
    out.raw("[")
    for (index, board) in boards.filter({ $0.isListed(nowMillis) }).enumerated() {
      if index > 0 { out.raw(",") }
      RestEncoder.ticker(board, ticker(board, nowMillis), into: &out)
    }
    out.raw("]")
    return out.bytes
  }

  private func ticker(_ board: SymbolBoard, _ nowMillis: Int64) -> DayTicker {
    let openMillis = DayWindow.openMillis(nowMillis: nowMillis)
    let candle = board.day.candle(
      board.candles, openMillis: openMillis, knownMillis: nowMillis - settings.publishLagMillis)
    let flat = Candle(startMillis: openMillis, flatAtE8: board.tape.last?.priceE8 ?? 0)
    return DayTicker(candle: candle ?? flat, openMillis: openMillis, closeMillis: nowMillis)
  }
}
