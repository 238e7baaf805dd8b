import CRecords
import Domain
import HotPath

/// A symbol's past: staged backwards, told forwards.
extension BinanceHistory {
  /// At so few pages left, a milestone on the way is not worth the telling.
  private static var fewPages: Int { 4 }
  /// So often a page is asked for that is empty and cannot be: it is no word about what the venue has.
  private static var emptyTries: Int { 4 }

  /// False when stopped.
  func perform(_ job: Job, _ fetcher: HistoryFetcher) -> Bool {
    guard let spanMillis = job.spanMillis else { return forwards(job.symbol, from: job.fromId, fetcher) }
    if shared.withLock({ $0.rebuilding.contains(job.symbol) }) {
      // From the newest again: what is staged may be what is wrong.
      stages[job.symbol] = nil
      defer { _ = shared.withLock { $0.rebuilding.remove(job.symbol) } }
      return backwards(job.symbol, options.windowMillis, fetcher)
    }
    // An earlier milestone may have gone all the way.
    if !job.isAsked, shared.withLock({ $0.progress[job.symbol].isDone }) { return true }
    guard backwards(job.symbol, spanMillis, isAsked: job.isAsked, fetcher) else { return false }
    guard stages[job.symbol] != nil, stagedTrades > options.stagedTradesMost else { return true }
    return backwards(job.symbol, options.windowMillis, fetcher)
  }

  private var stagedTrades: Int { stages.values.reduce(0) { $0 + $1.count } }

  private func backwards(
    _ symbol: Int, _ spanMillis: Int64, isAsked: Bool = false, _ fetcher: HistoryFetcher
  ) -> Bool {
    var stage = stages.removeValue(forKey: symbol) ?? HistoryStage()
    // The engine asks when it has a trade, and builds anew what it has been told.
    let hasTrades = isAsked || told.contains(symbol) || isKnownToTrade(symbol)
    let nowMillis = rest.venueMillis
    let beginMillis = nowMillis - options.windowMillis
    while !stage.isComplete {
      guard serveRequests(fetcher) else { return false }
      if stage.oldestMillis <= nowMillis - spanMillis, !isNearlyDone(stage, nowMillis) { break }
      switch olderPage(symbol, stage, mayBeEmpty: stage.count == 0 && !hasTrades, fetcher) {
      case .stopped: return false
      case .refused where stage.count == 0: return end(symbol, .past, RecordFlags.gaveUp)
      // Further back than the venue serves, or than it serves now: what is there is told.
      case .refused:
        stage.isComplete = true
        stage.isPartial = true
      case .records(let records):
        let isAll = stage.count == 0 && records.count < BinanceRest.aggTradesLimit
        if !stage.addOlder(records, notBeforeMillis: beginMillis) || isAll { stage.isComplete = true }
        note(symbol, stage, nowMillis)
      }
    }
    // The first time, what came since is held by the engine; later its windows would lose it.
    return told.contains(symbol) ? catchUp(symbol, stage, fetcher) : tell(symbol, stage)
  }

  /// The next page back. With trades before it, it holds at least the oldest of those: an empty one is asked for again, then
  /// refused. Of a symbol's newest page an empty one has to be believed in the end: the engine asks once more.
  private func olderPage(
    _ symbol: Int, _ stage: HistoryStage, mayBeEmpty: Bool, _ fetcher: HistoryFetcher
  ) -> HistoryFetcher.Page {
    var backoff = Backoff()
    for attempt in 1...Self.emptyTries {
      let answer = page(symbol, stage.olderPage, fetcher)
      guard case .records(let records) = answer, records.isEmpty, !mayBeEmpty else { return answer }
      logger.warning("\(name(symbol)): the venue's page of history is empty, though it has trades there")
      if attempt < Self.emptyTries, !pause(backoff.nextMillis(), fetcher) { return .stopped }
    }
    if stage.count == 0 { return .records([]) }
    logger.error("\(name(symbol)): history given up: the venue does not give what is older than id \(stage.oldestId)")
    shared.withLock { $0.counts.failures += 1 }
    return .refused
  }

  private func isNearlyDone(_ stage: HistoryStage, _ nowMillis: Int64) -> Bool {
    let reachedMillis = max(1, nowMillis - stage.oldestMillis)
    let leftMillis = max(0, options.windowMillis - reachedMillis)
    let left = Double(stage.count) * Double(leftMillis) / Double(reachedMillis)
    return left <= Double(Self.fewPages * BinanceRest.aggTradesLimit)
  }

  private func note(_ symbol: Int, _ stage: HistoryStage, _ nowMillis: Int64) {
    let share = stage.isComplete ? 1 : Double(nowMillis - stage.oldestMillis) / Double(options.windowMillis)
    shared.withLock { shared in
      shared.progress[symbol].fetched = UInt64(stage.count)
      shared.progress[symbol].share = min(1, max(0, share))
    }
  }

  /// Fetches what came since the stage began, then tells all of it.
  private func catchUp(_ symbol: Int, _ staged: HistoryStage, _ fetcher: HistoryFetcher) -> Bool {
    var stage = staged
    while stage.newestId >= 0 {
      guard serveRequests(fetcher) else { return false }
      switch page(symbol, .fromId(stage.newestId + 1), fetcher) {
      case .stopped: return false
      case .refused: return endUntold(symbol)
      case .records(let records):
        stage.addNewer(records)
        if records.count < BinanceRest.aggTradesLimit { return tell(symbol, stage) }
      }
    }
    return tell(symbol, stage)
  }

  /// The windows stay as they are. Of a milestone they lack what was not told; to be built anew, the engine asks again.
  private func endUntold(_ symbol: Int) -> Bool {
    let isRebuilding = shared.withLock { $0.rebuilding.contains(symbol) }
    return end(symbol, .past, isRebuilding ? RecordFlags.gaveUp : RecordFlags.partial)
  }

  private func tell(_ symbol: Int, _ stage: HistoryStage) -> Bool {
    if !told.insert(symbol).inserted {
      // Windows are not given up for nothing.
      if stage.count == 0 { return endUntold(symbol) }
      guard push(control(.historyReset, symbol)) else { return false }
    }
    for page in stage.pages.reversed() {
      guard deliver(page) else { return false }
    }
    if stage.isComplete {
      shared.withLock { $0.progress[symbol].isDone = true }
    } else {
      stages[symbol] = stage
    }
    return end(symbol, .past, stage.isPartial ? RecordFlags.partial : 0)
  }

  /// After files: on from where they end, page by page.
  private func forwards(_ symbol: Int, from fromId: Int64, _ fetcher: HistoryFetcher) -> Bool {
    told.insert(symbol)
    let beginMillis = rest.venueMillis - options.windowMillis
    var next = fromId
    while true {
      guard serveRequests(fetcher) else { return false }
      switch page(symbol, .fromId(next), fetcher) {
      case .stopped: return false
      case .refused: return end(symbol, .past, RecordFlags.gaveUp)
      case .records(let records):
        guard deliver(records) else { return false }
        if let last = records.last {
          next = last.id + 1
          let share = Double(last.time_ms - beginMillis) / Double(max(1, rest.venueMillis - beginMillis))
          shared.withLock { shared in
            shared.progress[symbol].fetched += UInt64(records.count)
            shared.progress[symbol].share = min(1, max(0, share))
          }
        }
        guard records.count == BinanceRest.aggTradesLimit else {
          shared.withLock { $0.progress[symbol].isDone = true }
          return end(symbol, .past)
        }
      }
    }
  }
}
