/// A Binance-compatible USD-M futures exchange, its market side, without sockets or clocks.
///
/// Whoever owns it opens sessions, hands it their messages and REST requests, calls `advance` with the time, and sends
/// what the sessions hold. It shares no code with the engine's side: an error in a parser here would hide the same
/// error there. Not thread-safe; all times are ms since the epoch and must not run backwards.
public final class SimulatedVenue {
  let settings: VenueSettings
  private var market: any Market
  let boards: [SymbolBoard]
  let symbolIndex: [String: Int]
  let lowerCaseIndex: [String: Int]
  var ledger: WeightLedger
  var connects: ConnectLedger
  /// Empty until the history is played: faults count live trades.
  var faults: FaultBook
  private var feeds: [String: StreamFeed] = [:]
  private(set) var sessions: [StreamSession] = []
  private var scratch = WireText(capacity: 512)
  /// The next moment at which mark prices and candles are told; a multiple of 250 ms.
  private var nextTimerMillis: Int64
  /// The moment up to which the market was played.
  public private(set) var reachedMillis: Int64
  /// Trades published, history included.
  public private(set) var tradeCount = 0

  private static let timerMillis: Int64 = 250

  /// Plays the market's history at once.
  public init(market: any Market, settings: VenueSettings) {
    self.market = market
    self.settings = settings
    let perSymbol = max(8_192, settings.maxTrades / market.instruments.count)
    boards = market.instruments.map {
      var instrument = $0
      if settings.tradifiSymbols.contains(instrument.symbol) { instrument.contractType = "TRADIFI_PERPETUAL" }
      return SymbolBoard(instrument: instrument, maxTrades: perSymbol)
    }
    let symbols = market.instruments.enumerated().map { ($1.symbol, $0) }
    symbolIndex = Dictionary(symbols, uniquingKeysWith: { first, _ in first })
    lowerCaseIndex = Dictionary(
      symbols.map { ($0.0.lowercased(), $0.1) }, uniquingKeysWith: { first, _ in first })
    ledger = WeightLedger(limitPerMinute: settings.weightLimit)
    connects = ConnectLedger(limit: settings.connectLimit)
    faults = FaultBook(Scenario(), symbolIndex: [:], startMillis: settings.startMillis)
    reachedMillis = settings.startMillis
    nextTimerMillis = (settings.startMillis / Self.timerMillis + 1) * Self.timerMillis
    applyListings(settings.scenario)
    while let event = self.market.next(through: settings.startMillis) { publish(event) }
    faults = FaultBook(settings.scenario, symbolIndex: symbolIndex, startMillis: settings.startMillis)
  }

  public var instruments: [Instrument] { boards.map(\.instrument) }

  /// The trades REST serves of a symbol; nil when the venue does not know it.
  public func tape(_ symbol: String) -> TradeTape? {
    symbolIndex[symbol].map { boards[$0].tape }
  }

  /// What each symbol has traded, history included, as a line of JSON: exact, and summed by nobody else's code.
  public func totals() -> [UInt8] {
    var out = WireText(capacity: 256 * boards.count)
    for board in boards {
      out.raw("{\"symbol\":")
      out.quoted(board.instrument.symbol)
      out.raw(",\"trades\":")
      out.integer(board.total.trades)
      out.raw(",\"last_id\":")
      out.integer(board.tape.last?.id ?? -1)
      out.raw(",\"buy\":\"")
      out.fixed(board.total.buyE8, scale: 8, digits: 8)
      out.raw("\",\"sell\":\"")
      out.fixed(board.total.sellE8, scale: 8, digits: 8)
      out.raw("\"}\n")
    }
    return out.bytes
  }

  /// Trades REST can still serve, over all symbols.
  public var keptCount: Int { boards.reduce(0) { $0 + $1.tape.count } }

  /// The last price of each symbol in 1e-8, or where it opens when it has none.
  public var lastPricesE8: [Int64] {
    boards.map { $0.tape.last?.priceE8 ?? $0.instrument.openingPriceE8 }
  }

  /// Plays the market towards `nowMillis`, fills the sessions' frames and gives the moment it got to.
  ///
  /// That is `nowMillis`, or an earlier one once `maxEvents` trades, quotes, marks and timers were played: a market
  /// busier than the machine falls behind, and its owner still gets to look at sockets and signals between calls. The
  /// venue's time is then the moment reached, for requests and messages too. What is played does not depend on the
  /// steps.
  @discardableResult
  public func advance(to nowMillis: Int64, maxEvents: Int = .max) -> Int64 {
    var budget = maxEvents
    var isCaughtUp = true
    while isCaughtUp, nextTimerMillis <= nowMillis {
      isCaughtUp = play(through: nextTimerMillis - settings.publishLagMillis, &budget)
      guard isCaughtUp else { break }
      budget -= 1
      fireTimer(nextTimerMillis)
      reachedMillis = nextTimerMillis
      nextTimerMillis += Self.timerMillis
    }
    if isCaughtUp, play(through: nowMillis - settings.publishLagMillis, &budget) {
      reachedMillis = max(reachedMillis, nowMillis)
    }
    for session in sessions where session.isAlive { keepAlive(session, reachedMillis) }
    return reachedMillis
  }

  /// False when the budget ran out; `reachedMillis` is then the moment at which the last event was published.
  private func play(through limitMillis: Int64, _ budget: inout Int) -> Bool {
    while budget > 0 {
      // A trade may set the moment at which its fault ends, so it is asked for before each.
      let faultMillis = faults.nextMillis - settings.publishLagMillis
      if let event = market.next(through: min(limitMillis, faultMillis)) {
        publish(event)
        reachedMillis = max(reachedMillis, event.timeMillis + settings.publishLagMillis)
      } else if faultMillis <= limitMillis {
        strike(nowMillis: faults.nextMillis)
      } else {
        return true
      }
      budget -= 1
    }
    return false
  }

  private func publish(_ event: MarketEvent) {
    if event.timeMillis > settings.quietAfterMillis { return }
    if event.timeMillis > settings.startMillis, event.timeMillis < settings.quietUntilMillis { return }
    let eventMillis = event.timeMillis + settings.publishLagMillis
    switch event {
    case .trade(let symbol, let trade):
      let board = boards[symbol]
      guard board.isTrading(eventMillis) else { return }
      tradeCount += 1
      let bookMoved = board.add(trade)
      if faults.watchesTrades {
        publishWatched(trade, symbol: symbol, eventMillis: eventMillis)
      } else if let feed = board.tradeFeed, !feed.isIdle, !isSilent(board) {
        scratch.clear()
        StreamEncoder.aggTrade(trade, board.instrument, eventMillis: eventMillis, into: &scratch)
        feed.deliver(scratch.bytes)
      }
      if bookMoved { tellQuote(board, eventMillis) }
    case .quote(let symbol, let quote):
      guard boards[symbol].isTrading(eventMillis) else { return }
      boards[symbol].add(quote)
      tellQuote(boards[symbol], eventMillis)
    case .mark(let symbol, let mark):
      guard boards[symbol].isListed(eventMillis) else { return }
      boards[symbol].add(mark)
    }
  }

  private func tellQuote(_ board: SymbolBoard, _ eventMillis: Int64) {
    guard let feed = board.quoteFeed, !feed.isIdle, faults.silences == 0, let quote = board.quote else { return }
    scratch.clear()
    StreamEncoder.bookTicker(quote, board.instrument, eventMillis: eventMillis, into: &scratch)
    feed.deliver(scratch.bytes)
  }

  private func fireTimer(_ nowMillis: Int64) {
    if nowMillis % 60_000 == 0 {
      for board in boards { board.tape.evict(before: nowMillis - settings.retentionMillis) }
    }
    // Sorted, so that the order of frames is a function of the subscriptions and not of a hash.
    for name in timedFeedNames {
      guard let feed = feeds[name], !feed.isIdle else { continue }
      switch feed.kind {
      case .markPrice where nowMillis % 3_000 == 0: tellMark(feed, nowMillis)
      case .markPriceSecond where nowMillis % 1_000 == 0: tellMark(feed, nowMillis)
      case .kline(let interval): tellCandle(feed, interval, nowMillis)
      default: break
      }
    }
  }

  private var timedFeedNames: [String] = []

  private func tellMark(_ feed: StreamFeed, _ nowMillis: Int64) {
    let board = boards[feed.symbol]
    guard let mark = board.mark(nowMillis: nowMillis) else { return }
    scratch.clear()
    StreamEncoder.markPrice(mark, board.instrument, eventMillis: nowMillis, into: &scratch)
    if faults.silences == 0 { feed.deliver(scratch.bytes) }
  }

  private func tellCandle(_ feed: StreamFeed, _ interval: KlineInterval, _ nowMillis: Int64) {
    let board = boards[feed.symbol]
    // Trades up to now - lag are in: a candle is final once that moment has passed its end.
    let knownMillis = nowMillis - settings.publishLagMillis
    board.candles.fill(through: knownMillis)
    let start = interval.start(of: knownMillis)
    if feed.toldStartMillis >= 0, feed.toldStartMillis < start,
      let closed = board.candles.candle(interval, startMillis: feed.toldStartMillis)
    {
      tell(closed, interval, feed, board, nowMillis, isClosed: true)
      feed.toldTrades = -1
    }
    guard let open = board.candles.candle(interval, startMillis: start) else { return }
    if feed.toldStartMillis != start || feed.toldTrades != open.trades {
      tell(open, interval, feed, board, nowMillis, isClosed: false)
      feed.toldStartMillis = start
      feed.toldTrades = open.trades
    }
  }

  private func tell(
    _ candle: Candle, _ interval: KlineInterval, _ feed: StreamFeed, _ board: SymbolBoard, _ nowMillis: Int64,
    isClosed: Bool
  ) {
    scratch.clear()
    StreamEncoder.kline(
      candle, interval, board.instrument, eventMillis: nowMillis, isClosed: isClosed, into: &scratch)
    if faults.silences == 0 { feed.deliver(scratch.bytes) }
  }

  private func keepAlive(_ session: StreamSession, _ nowMillis: Int64) {
    if nowMillis - session.openedMillis >= settings.sessionMillis {
      session.close()
    } else if session.lastPingMillis > session.lastPongMillis,
      nowMillis - session.lastPongMillis >= settings.pongTimeoutMillis
    {
      session.close()
    } else if nowMillis - session.lastPingMillis >= settings.pingMillis {
      session.ping(nowMillis: nowMillis)
    }
  }

  // MARK: - Connections

  /// Whether `open` would open a connection at this address.
  public func accepts(path: String, streams: String?) -> Bool {
    StreamAddress(path: path, streams: streams).map { $0.streams.count <= StreamSession.maxStreams } ?? false
  }

  /// Opens a connection at an address such as `/market/ws/btcusdt@aggTrade`; nil when no such address exists.
  ///
  /// `streams` is the value of the query's parameter of that name.
  public func open(path: String, streams: String?, nowMillis: Int64) -> StreamSession? {
    guard let address = StreamAddress(path: path, streams: streams) else { return nil }
    guard address.streams.count <= StreamSession.maxStreams else { return nil }
    let session = StreamSession(route: address.route, isCombined: address.isCombined, nowMillis: nowMillis)
    sessions.append(session)
    for name in address.streams { subscribe(session, name) }
    return session
  }

  /// Forgets a connection that is gone.
  public func close(_ session: StreamSession) {
    session.isClosed = true
    for name in session.subscriptions { feeds[name]?.remove(session) }
    session.subscriptions = []
    sessions.removeAll { $0 === session }
  }

  /// A pong arrived, asked for or not. It is a message like any other.
  public func pong(_ session: StreamSession, nowMillis: Int64) {
    guard session.isAlive else { return }
    guard session.admitsMessage(nowMillis: nowMillis) else {
      session.close()
      return
    }
    session.lastPongMillis = max(session.lastPongMillis, nowMillis)
  }

  /// A text message arrived; the answer is among the session's frames.
  public func receive(_ text: [UInt8], from session: StreamSession, nowMillis: Int64) {
    guard session.isAlive else { return }
    guard session.admitsMessage(nowMillis: nowMillis) else {
      session.close()
      return
    }
    do throws(ControlMessage.Refusal) {
      try obey(ControlMessage(text), session, nowMillis: nowMillis)
    } catch {
      session.send(RestEncoder.error(error.code, error.message))
    }
  }

  private func obey(
    _ message: ControlMessage, _ session: StreamSession, nowMillis: Int64
  ) throws(ControlMessage.Refusal) {
    var answer = WireText(capacity: 64)
    answer.raw("{\"result\":")
    switch message {
    case .subscribe(let names, let id):
      if let name = refusedStream(among: names, nowMillis: nowMillis) {
        refuse(name, id, session)
        return
      }
      let added = Set(names).subtracting(session.subscriptions).count
      guard session.subscriptions.count + added <= StreamSession.maxStreams else {
        throw .invalid("too many subscriptions, at most \(StreamSession.maxStreams) a connection")
      }
      for name in names { subscribe(session, name) }
      answer.raw("null")
      finish(&answer, id)
    case .unsubscribe(let names, let id):
      for name in names { unsubscribe(session, name) }
      answer.raw("null")
      finish(&answer, id)
    case .listSubscriptions(let id):
      answer.raw("[")
      for (index, name) in session.subscriptions.enumerated() {
        if index > 0 { answer.raw(",") }
        answer.quoted(name)
      }
      answer.raw("]")
      finish(&answer, id)
    case .setCombined(let value, let id):
      session.isCombined = value
      answer.raw("null")
      finish(&answer, id)
    case .getCombined(let id):
      answer.bool(session.isCombined)
      finish(&answer, id)
    }
    session.send(answer.bytes)
  }

  /// In the form that names the message: `{"error":{"code":..,"msg":..},"id":..}`.
  private func refuse(_ name: String, _ id: RequestID, _ session: StreamSession) {
    let refusal = ControlMessage.Refusal.invalid("unavailable stream \(name)")
    var answer = WireText(capacity: 128)
    answer.raw("{\"error\":")
    answer.raw(RestEncoder.error(refusal.code, refusal.message))
    finish(&answer, id)
    session.send(answer.bytes)
  }

  private func finish(_ answer: inout WireText, _ id: RequestID) {
    answer.raw(",\"id\":")
    id.append(to: &answer)
    answer.raw("}")
  }

  private func subscribe(_ session: StreamSession, _ name: String) {
    guard !session.subscriptions.contains(name) else { return }
    session.subscriptions.append(name)
    // A stream nobody plays, or one of another route, is accepted and says nothing: so does the venue.
    guard let stream = StreamName(name), stream.kind.route == session.route,
      let symbol = lowerCaseIndex[stream.symbol]
    else { return }
    feed(name, stream.kind, symbol).add(session)
  }

  private func unsubscribe(_ session: StreamSession, _ name: String) {
    guard let index = session.subscriptions.firstIndex(of: name) else { return }
    session.subscriptions.remove(at: index)
    feeds[name]?.remove(session)
  }

  private func feed(_ name: String, _ kind: StreamKind, _ symbol: Int) -> StreamFeed {
    if let feed = feeds[name] { return feed }
    let feed = StreamFeed(name: name, kind: kind, symbol: symbol)
    feeds[name] = feed
    switch kind {
    case .aggTrade: boards[symbol].tradeFeed = feed
    case .bookTicker: boards[symbol].quoteFeed = feed
    case .markPrice, .markPriceSecond, .kline: timedFeedNames = (timedFeedNames + [name]).sorted()
    }
    return feed
  }
}
