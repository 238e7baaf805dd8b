import CRecords
import Domain
import HotPath

/// What the engine asks for while it runs, and the ring that the answers go to.
extension BinanceHistory {
  /// A page may lack what was published this moment: so many times more, then the engine asks again by itself.
  private static var triesForNew: Int { 3 }
  private static var pauseForNewMillis: Int64 { 300 }
  /// What a silent stream should have brought by now; younger trades may be on their way.
  private static var deafMillis: Int64 { 5_000 }
  /// A stream silent for longer than this many pages is no matter of a check.
  private static var checkPages: Int { 20 }

  /// While a page fails, all other requests wait: it is given up after so long, and the engine asks again.
  private static var patienceMillis: Int64 { 10_000 }

  /// Serves all requests; false when stopped. `urgentOnly`: not checks, from whose pauses it may be called.
  func serveRequests(_ fetcher: HistoryFetcher, urgentOnly: Bool = false) -> Bool {
    func next() -> Request? {
      shared.withLock { shared in
        guard let first = shared.requests.first, !urgentOnly || first.kind != .check else { return nil }
        return shared.requests.removeFirst()
      }
    }
    while let request = next() {
      let goesOn = request.kind == .check ? check(request, fetcher) : fill(request, fetcher)
      guard goesOn else { return false }
    }
    return !rest.isStopped
  }

  /// Ids from a gap, or the one trade in doubt.
  private func fill(_ request: Request, _ fetcher: HistoryFetcher) -> Bool {
    var next = request.fromId
    var triesLeft = Self.triesForNew
    while next <= request.throughId {
      let limit = Int(min(Int64(BinanceRest.aggTradesLimit), request.throughId - next + 1))
      let page = fetcher.page(
        symbol: name(request.symbol), symbolIndex: request.symbol, from: .fromId(next), limit: limit, priority: .gaps,
        patienceMillis: Self.patienceMillis, pause: rest.sleep)
      switch page {
      case .stopped: return false
      case .refused: return end(request.symbol, request.kind, gaveUp: true)
      case .records(let records):
        guard deliver(records.filter { $0.id <= request.throughId }) else { return false }
        if let last = records.last {
          next = last.id + 1
        } else if triesLeft > 0 {
          triesLeft -= 1
          guard rest.sleep(millis: Self.pauseForNewMillis) else { return false }
        } else {
          shared.withLock { $0.counts.gapsUnfilled += 1 }
          return end(request.symbol, request.kind, gaveUp: true)
        }
      }
    }
    shared.withLock { $0.counts.gapsServed += 1 }
    return end(request.symbol, request.kind)
  }

  /// Whether the venue has anything that the stream did not bring.
  private func check(_ request: Request, _ fetcher: HistoryFetcher) -> Bool {
    var next = request.fromId
    var isDeaf = false
    for _ in 0..<Self.checkPages {
      switch page(request.symbol, .fromId(next), patienceMillis: Self.patienceMillis, fetcher) {
      case .stopped: return false
      case .refused: return end(request.symbol, .check, gaveUp: true)
      case .records(let records):
        guard deliver(records) else { return false }
        if let first = records.first, first.time_ms < rest.venueMillis - Self.deafMillis { isDeaf = true }
        if let last = records.last { next = last.id + 1 }
        guard records.count == BinanceRest.aggTradesLimit else {
          if isDeaf { tellDeaf(request.symbol) }
          // Of a deaf stream nobody can say that nothing is missing: its next connection is asked for anew.
          return end(request.symbol, .check, gaveUp: isDeaf)
        }
      }
    }
    if isDeaf { tellDeaf(request.symbol) }
    return end(request.symbol, .check, gaveUp: true)
  }

  private func tellDeaf(_ symbol: Int) {
    shared.withLock { $0.counts.deafStreams += 1 }
    logger.warning("\(name(symbol)): the venue has trades that its stream did not bring: subscribing anew")
    onDeaf(symbol)
  }

  // MARK: the ring

  func deliver(_ records: [apus_record]) -> Bool {
    for record in records {
      guard push(record) else { return false }
    }
    if !records.isEmpty { doorbell.ring() }
    return true
  }

  /// An answer is over.
  func end(_ symbol: Int, _ kind: HistoryRequest, gaveUp: Bool = false) -> Bool {
    var record = control(.historyEnd, symbol)
    record.first_id = kind.rawValue
    record.flags = gaveUp ? RecordFlags.gaveUp : 0
    if kind == .past, gaveUp { shared.withLock { $0.progress[symbol].isDone = !$0.progress[symbol].isLiveOnly } }
    guard push(record) else { return false }
    doorbell.ring()
    if kind == .past {
      shared.withLock { shared in
        if shared.progress[symbol].isDone || shared.progress[symbol].isLiveOnly { shared.progress[symbol].share = 1 }
      }
    }
    return true
  }

  func control(_ kind: EventKind, _ symbol: Int) -> apus_record {
    var record = apus_record()
    record.kind = kind.rawValue
    record.symbol = UInt32(symbol)
    return record
  }

  /// Waits for room: history has time, and a dropped trade would be a gap of our own making.
  func push(_ record: apus_record) -> Bool {
    while ring.free() == 0 {
      doorbell.ring()
      guard rest.sleep(millis: 1) else { return false }
    }
    return ring.push(record)
  }
}
