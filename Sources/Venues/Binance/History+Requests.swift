import CRecords
import Domain
import HotPath

/// What the engine asks for while it runs, and the ring that the answers go to.
extension BinanceHistory {
  /// A page may lack what was published this moment: so many times more, then the engine asks again by itself.
  private static var triesForNew: Int { 3 }
  private static var pauseForNewMillis: Int64 { 300 }
  /// A stream silent for longer than this many pages is no matter of a check.
  private static var checkPages: Int { 20 }

  /// While a page fails, all other requests wait: it is given up after so long, and the engine asks again.
  private static var patienceMillis: Int64 { 10_000 }
  /// A check that waited longer than a minute of weight, as after a ban: the engine asks again of whom is silent still.
  private static var staleNanos: UInt64 { 60_000_000_000 }

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
      case .refused: return end(request.symbol, request.kind, RecordFlags.gaveUp)
      case .records(let records):
        guard deliver(records.filter { $0.id <= request.throughId }) else { return false }
        if let last = records.last {
          next = last.id + 1
        } else if triesLeft > 0 {
          triesLeft -= 1
          guard rest.sleep(millis: Self.pauseForNewMillis) else { return false }
        } else {
          shared.withLock { $0.counts.gapsUnfilled += 1 }
          return end(request.symbol, request.kind, RecordFlags.gaveUp)
        }
      }
    }
    shared.withLock { $0.counts.gapsServed += 1 }
    return end(request.symbol, request.kind)
  }

  /// Brings whatever the venue has since the last trade. What that says of the stream, only the engine knows: it may have
  /// brought the same meanwhile.
  private func check(_ request: Request, _ fetcher: HistoryFetcher) -> Bool {
    guard monotonicNanos() - request.askedNanos <= Self.staleNanos else {
      return end(request.symbol, .check, RecordFlags.gaveUp)
    }
    var next = request.fromId
    for _ in 0..<Self.checkPages {
      switch page(request.symbol, .fromId(next), patienceMillis: Self.patienceMillis, fetcher) {
      case .stopped: return false
      case .refused: return end(request.symbol, .check, RecordFlags.gaveUp)
      case .records(let records):
        guard deliver(records) else { return false }
        if let last = records.last { next = last.id + 1 }
        guard records.count == BinanceRest.aggTradesLimit else { return end(request.symbol, .check) }
      }
    }
    return end(request.symbol, .check, RecordFlags.gaveUp)
  }

  func tellDeaf(_ symbol: Int, _ id: Int64) {
    shared.withLock { $0.counts.deafStreams += 1 }
    logger.warning("\(name(symbol)): the venue has trade \(id), its stream did not bring it: subscribing anew")
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

  /// An answer is over. `flags`: `RecordFlags.gaveUp` or `partial`.
  func end(_ symbol: Int, _ kind: HistoryRequest, _ flags: UInt16 = 0) -> Bool {
    var record = control(.historyEnd, symbol)
    record.first_id = kind.rawValue
    record.flags = flags
    if kind == .past {
      shared.withLock { shared in
        // Before the engine knows: it may ask for the same again at once.
        shared.current = nil
        if flags != 0 { shared.progress[symbol].isDone = !shared.progress[symbol].isLiveOnly }
      }
    }
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
