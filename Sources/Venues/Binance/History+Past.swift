import CRecords
import Domain
import HotPath

/// A symbol's past: staged backwards, told forwards.
extension BinanceHistory {
  /// At so few pages left, a milestone on the way is not worth the telling.
  private static var fewPages: Int { 4 }

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
    return backwards(job.symbol, spanMillis, fetcher)
  }

  private func backwards(_ symbol: Int, _ spanMillis: Int64, _ fetcher: HistoryFetcher) -> Bool {
    var stage = stages.removeValue(forKey: symbol) ?? HistoryStage()
    let nowMillis = rest.venueMillis
    let beginMillis = nowMillis - options.windowMillis
    while !stage.isComplete {
      guard serveRequests(fetcher) else { return false }
      if stage.oldestMillis <= nowMillis - spanMillis, !isNearlyDone(stage, nowMillis) { break }
      switch page(symbol, Self.older(stage), fetcher) {
      case .stopped: return false
      case .refused where stage.count == 0: return end(symbol, .past, RecordFlags.gaveUp)
      // Further back than the venue serves, or than it serves now: what is there is told.
      case .refused: stage.isComplete = true
      case .records(let records):
        let isAll = stage.count == 0 && records.count < BinanceRest.aggTradesLimit
        if !stage.addOlder(records, notBeforeMillis: beginMillis) || isAll { stage.isComplete = true }
        note(symbol, stage, nowMillis)
      }
    }
    // The first time, what came since is held by the engine; later its windows would lose it.
    return told.contains(symbol) ? catchUp(symbol, stage, fetcher) : tell(symbol, stage)
  }

  /// The page before the oldest, or the newest.
  private static func older(_ stage: HistoryStage) -> BinanceRest.PageStart {
    if stage.oldestId == .max { return .newest }
    return .fromId(max(0, stage.oldestId - Int64(BinanceRest.aggTradesLimit)))
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
    return end(symbol, .past)
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
