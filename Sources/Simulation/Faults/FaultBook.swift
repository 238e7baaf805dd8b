/// A scenario as it runs: which trades and moments are still to come, and what holds now.
struct FaultBook {
  /// What happens at a moment of its own.
  enum Turn: Equatable {
    case begins(fault: Int)
    case ends(fault: Int)
  }

  /// A message on its way to the stream of a symbol.
  struct Outgoing {
    var symbol: Int
    var message: TradeMessage
  }

  private struct Appointment {
    var atMillis: Int64
    var turn: Turn
  }

  let faults: [Fault]
  private let startMillis: Int64
  private var watch: TradeWatch
  /// Sorted, the next one at the end; of equal moments the one made first is nearer to it.
  private var agenda: [Appointment] = []
  /// The frames that faults of reordering hold back.
  private var held: [Int: [Outgoing]] = [:]
  /// How many faults silence everything, and refuse connections.
  var silences = 0
  var refusals = 0

  init(_ scenario: Scenario, symbolIndex: [String: Int], startMillis: Int64) {
    faults = scenario.faults
    self.startMillis = startMillis
    watch = TradeWatch(faults, symbolIndex: symbolIndex)
    for (index, fault) in faults.enumerated() where Self.hasTurns(fault) {
      switch fault.trigger {
      case .at(let millis), .every(let millis): appoint(.begins(fault: index), startMillis + millis)
      case .trade: break
      }
    }
  }

  /// Whether trades are to be counted.
  var watchesTrades: Bool { watch.isNeeded }

  /// When something happens next; the far future when nothing does.
  var nextMillis: Int64 { agenda.last?.atMillis ?? .max }

  /// Faults of subscriptions, REST and listings are asked for at a moment and not told of it.
  private static func hasTurns(_ fault: Fault) -> Bool {
    switch fault.kind {
    case .cut, .close, .halfOpen, .silent, .refuse: true
    case .refuseStream, .frame, .rest, .clockSkew, .list, .delist: false
    }
  }

  private mutating func appoint(_ turn: Turn, _ atMillis: Int64) {
    let place = agenda.firstIndex { $0.atMillis <= atMillis } ?? agenda.count
    agenda.insert(Appointment(atMillis: atMillis, turn: turn), at: place)
  }

  /// Takes the next turn that is due at a moment; a repeated one is appointed anew.
  mutating func takeTurn(nowMillis: Int64) -> Turn? {
    guard let next = agenda.last, next.atMillis <= nowMillis else { return nil }
    agenda.removeLast()
    if case .begins(let fault) = next.turn, case .every(let millis) = faults[fault].trigger {
      appoint(next.turn, next.atMillis + millis)
    }
    return next.turn
  }

  /// Makes a note of when a fault that just began is over.
  mutating func appointEnd(of fault: Int, nowMillis: Int64) {
    guard let duration = faults[fault].forMillis else { return }
    appoint(.ends(fault: fault), nowMillis + duration)
  }

  // MARK: - Trades

  /// Counts a trade: what it hits, in the order of the scenario.
  mutating func count(symbol: Int) -> [TradeWatch.Hit] { watch.count(symbol: symbol) }

  /// What is sent for a trade. Of several faults that would change its frame, the first of the scenario does.
  mutating func messages(
    _ trade: AggTrade, symbol: Int, _ instrument: Instrument, eventMillis: Int64, hits: [TradeWatch.Hit]
  ) -> [Outgoing] {
    var out: [Outgoing] = []
    var isChanged = false
    for hit in hits {
      guard case .frame(let fault, _) = faults[hit.fault].kind else { continue }
      if !isChanged {
        isChanged = true
        if fault == .reorder {
          let truth = Self.truth(trade, instrument, eventMillis)
          held[hit.fault, default: []].append(Outgoing(symbol: symbol, message: truth))
        } else {
          out += fault.messages(trade, instrument, eventMillis: eventMillis).map {
            Outgoing(symbol: symbol, message: $0)
          }
        }
      }
      if hit.isLast, let frames = held.removeValue(forKey: hit.fault) { out += frames.reversed() }
    }
    if !isChanged { out.append(Outgoing(symbol: symbol, message: Self.truth(trade, instrument, eventMillis))) }
    return out
  }

  private static func truth(_ trade: AggTrade, _ instrument: Instrument, _ eventMillis: Int64) -> TradeMessage {
    var out = WireText(capacity: 256)
    StreamEncoder.aggTrade(trade, instrument, eventMillis: eventMillis, into: &out)
    return .event(out.bytes)
  }

  // MARK: - Requests

  /// The fault of REST that holds for a path, and when it ends (ms since the epoch, nil for never). Of several the one
  /// that began last counts: a second fault within a longer one is seen, and afterwards the longer one again.
  func restFault(path: String, nowMillis: Int64) -> (fault: RestFault, untilMillis: Int64?)? {
    let latest = latest(nowMillis: nowMillis) {
      guard case .rest(_, let wanted) = $0.kind else { return false }
      return wanted == nil || wanted == path
    }
    guard let latest, case .rest(let fault, _) = faults[latest.index].kind else { return nil }
    return (fault, faults[latest.index].forMillis.map { startMillis + latest.since + $0 })
  }

  /// How far off the venue's clock is said to be, ms.
  func clockSkewMillis(nowMillis: Int64) -> Int64 {
    let latest = latest(nowMillis: nowMillis) { if case .clockSkew = $0.kind { true } else { false } }
    guard let latest, case .clockSkew(let millis) = faults[latest.index].kind else { return 0 }
    return millis
  }

  /// Whether the venue refuses the streams of a symbol.
  func refusesStreams(of symbol: String, nowMillis: Int64) -> Bool {
    latest(nowMillis: nowMillis) { $0.kind == .refuseStream && $0.symbol == symbol } != nil
  }

  private func latest(
    nowMillis: Int64, _ matches: (Fault) -> Bool
  ) -> (index: Int, since: Int64)? {
    var latest: (index: Int, since: Int64)?
    for (index, fault) in faults.enumerated() where matches(fault) {
      guard let since = fault.holdsSince(elapsedMillis: nowMillis - startMillis) else { continue }
      if since >= latest?.since ?? .min { latest = (index, since) }
    }
    return latest
  }
}
