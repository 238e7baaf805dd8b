/// Where a venue's faults strike.
extension SimulatedVenue {
  /// Publishes a live trade that faults count.
  func publishWatched(_ trade: AggTrade, symbol: Int, eventMillis: Int64) {
    let hits = faults.count(symbol: symbol)
    let messages = faults.messages(
      trade, symbol: symbol, boards[symbol].instrument, eventMillis: eventMillis, hits: hits)
    for outgoing in messages {
      let board = boards[outgoing.symbol]
      guard let feed = board.tradeFeed, !feed.isIdle, !isSilent(board) else { continue }
      feed.deliver(outgoing.message)
    }
    for hit in hits { begin(hit.fault, nowMillis: eventMillis) }
  }

  func isSilent(_ board: SymbolBoard) -> Bool { faults.silences > 0 || board.silences > 0 }

  /// Lets happen what is due at a moment.
  func strike(nowMillis: Int64) {
    while let turn = faults.takeTurn(nowMillis: nowMillis) {
      switch turn {
      case .begins(let fault): begin(fault, nowMillis: nowMillis)
      case .ends(let fault): shift(fault, by: -1)
      }
    }
  }

  private func begin(_ fault: Int, nowMillis: Int64) {
    switch faults.faults[fault].kind {
    case .cut: for session in sessions { session.cut() }
    case .close: for session in sessions { session.close() }
    case .halfOpen: for session in sessions { session.halt() }
    case .silent, .refuse:
      shift(fault, by: 1)
      faults.appointEnd(of: fault, nowMillis: nowMillis)
    case .refuseStream, .frame, .rest, .clockSkew, .list, .delist: break
    }
  }

  /// Counted and not switched: faults of one kind may overlap.
  private func shift(_ fault: Int, by step: Int) {
    let symbol = faults.faults[fault].symbol.flatMap { symbolIndex[$0] }
    switch faults.faults[fault].kind {
    case .silent:
      if let symbol { boards[symbol].silences += step } else { faults.silences += step }
    case .refuse: faults.refusals += step
    default: break
    }
  }

  /// When the symbols come and go, by the scenario. Before the history: a symbol not listed yet has none.
  func applyListings(_ scenario: Scenario) {
    for fault in scenario.faults {
      guard case .at(let millis) = fault.trigger, let symbol = fault.symbol.flatMap({ symbolIndex[$0] }) else {
        continue
      }
      if fault.kind == .list { boards[symbol].listedMillis = settings.startMillis + millis }
      if fault.kind == .delist { boards[symbol].delistedMillis = settings.startMillis + millis }
    }
  }

  /// The first of some streams that is refused now.
  func refusedStream(among names: [String], nowMillis: Int64) -> String? {
    names.first { name in
      guard let stream = StreamName(name), let symbol = lowerCaseIndex[stream.symbol] else { return false }
      return faults.refusesStreams(of: boards[symbol].instrument.symbol, nowMillis: nowMillis)
    }
  }

  /// Why a new stream connection of an address is not let in, as the answer to its upgrade; nil lets it in and counts it.
  public func refusal(client: String, nowMillis: Int64) -> RestResponse? {
    if faults.refusals > 0 {
      return RestResponse(status: 503, body: RestEncoder.error(-1008, "Service Unavailable."))
    }
    guard let retrySeconds = connects.admit(client, nowMillis: nowMillis) else { return nil }
    let body = RestEncoder.error(
      -1003, "Too many connections; current limit of IP(\(client)) is \(connects.limit) in 5 minutes.")
    return RestResponse(
      status: 429, body: body, headers: [.init(name: "Retry-After", value: String(retrySeconds))])
  }
}
