import CRecords
import Domain
import Foundation
import HotPath
import Logging
import Synchronization

/// Fills the windows from REST: each symbol's past, oldest first, then gaps as the engine finds them.
///
/// A thread and a ring of its own. Records of one symbol come in id order, as `.historyTrade`, and end with one
/// `.historyEnd`; nothing is dropped when the ring is full, the thread waits. A symbol whose history the venue refuses
/// for good ends as well, so that the live stream can take over. At 120 pages a minute a day of BTCUSDT takes some
/// 15 minutes, which is the venue's limit and not ours.
public final class BinanceHistory: @unchecked Sendable {
  public struct Options: Sendable {
    /// How far back a symbol without a known id begins.
    public var windowMillis: Int64 = 24 * 3_600_000
    /// The venue's limit of request weight.
    public var weightPerMinute = 2_400
    /// Weight that paging leaves for gaps and everything else on this address.
    public var weightReserve = 400
    /// How long the venue may lack a gap's trades before it is given up.
    public var gapPatienceMillis: Int64 = 600_000
    public init() {}
  }

  private struct Gap {
    var symbolIndex: Int
    var fromId: Int64
    var throughId: Int64
  }

  private struct Shared {
    var thread: VenueThread?
    var gaps: [Gap] = []
    /// For symbols still being paged: the id that paging must reach, since the engine has seen later ones.
    var mustReach: [Int64]
    var progress: [HistoryProgress]
    var counts = HistoryCounts()
  }

  private let symbols: [String]
  private let fromIds: [Int64?]
  private let ring: RecordRing
  private let doorbell: Doorbell
  private let logger: Logger
  private let options: Options
  private let rest: BinanceRest
  private let shared: Mutex<Shared>
  private let work = DispatchSemaphore(value: 0)

  /// `fromIds` has one entry a symbol: the first aggregate id wanted, or nil for the whole window. `ring` is this
  /// history's alone to push to.
  public init(
    endpoints: BinanceEndpoints, trust: TLSTrust, symbols: SymbolTable, fromIds: [Int64?], ring: RecordRing,
    doorbell: Doorbell, logger: Logger, options: Options = Options()
  ) throws(VenueError) {
    precondition(fromIds.count == symbols.count, "one starting id a symbol")
    self.symbols = symbols.names
    self.fromIds = fromIds
    self.ring = ring
    self.doorbell = doorbell
    self.logger = logger
    self.options = options
    rest = try BinanceRest(endpoints: endpoints, trust: trust, logger: logger)
    shared = Mutex(
      Shared(
        mustReach: symbols.names.map { _ in -1 },
        progress: symbols.names.map { HistoryProgress(symbol: $0, fetched: 0, share: 0, isDone: false) }))
  }

  public func start() throws(VenueError) {
    precondition(shared.withLock { $0.thread == nil }, "a history is started once")
    let thread = try VenueThread(name: "history") { [self] in run() }
    shared.withLock { $0.thread = thread }
  }

  /// Ends the thread and waits for it, whatever it is doing. Harmless when not started.
  public func stop() {
    rest.stop()
    work.signal()
    let thread = shared.withLock { shared in
      defer { shared.thread = nil }
      return shared.thread
    }
    thread?.join()
  }

  /// Asks for the aggregates `fromId...throughId` of a symbol, ahead of all history. Any thread but the engine's hot
  /// one: it takes a lock.
  ///
  /// They come as `.historyTrade`s followed by `.historyEnd`. While the symbol is still being paged there is no
  /// separate answer: its paging goes on until it has passed `throughId`.
  public func requestGap(symbolIndex: Int, fromId: Int64, throughId: Int64) {
    precondition(symbols.indices.contains(symbolIndex) && fromId <= throughId, "a gap of a symbol of this run")
    shared.withLock { shared in
      if shared.progress[symbolIndex].isDone {
        shared.gaps.append(Gap(symbolIndex: symbolIndex, fromId: fromId, throughId: throughId))
      } else {
        shared.mustReach[symbolIndex] = max(shared.mustReach[symbolIndex], throughId)
      }
    }
    work.signal()
  }

  /// One entry a symbol, in order. Any thread.
  public var progress: [HistoryProgress] { shared.withLock { $0.progress } }

  /// Any thread.
  public var counts: HistoryCounts { shared.withLock { $0.counts } }

  // MARK: the thread

  private func run() {
    let fetcher = HistoryFetcher(
      rest: rest, weightPerMinute: options.weightPerMinute, logger: logger,
      count: { [self] counter in shared.withLock { $0.counts[keyPath: counter] += 1 } })
    guard fetcher.synchronise(pause: rest.interrupt.sleep) else { return }
    for symbol in symbols.indices {
      guard fill(symbol, fetcher) else { return }
    }
    while !rest.interrupt.isRaised {
      guard serveGaps(fetcher) else { return }
      work.wait()
    }
  }

  // MARK: history

  /// Pages one symbol up to now; false when stopped.
  private func fill(_ symbol: Int, _ fetcher: HistoryFetcher) -> Bool {
    let beginMillis = fetcher.venueMillis - options.windowMillis
    let patienceNanos = UInt64(options.gapPatienceMillis) * 1_000_000
    var shortSinceNanos: UInt64?
    var next: Int64
    switch firstId(symbol, beginMillis, fetcher) {
    case .some(.some(let id)): next = id
    case .some(.none): return end(symbol)
    case .none: return false
    }
    while true {
      guard serveGaps(fetcher) else { return false }
      switch page(symbol, .fromId(next), BinanceRest.aggTradesLimit, fetcher) {
      case .stopped: return false
      case .refused: return end(symbol)
      case .records(let records):
        guard deliver(records, symbol, share: share(records.last, beginMillis, fetcher.venueMillis)) else {
          return false
        }
        if let last = records.last { next = last.id + 1 }
        if records.count == BinanceRest.aggTradesLimit { continue }
        // Short: caught up, unless the live stream has told of later trades that REST doesn't serve yet.
        if next > shared.withLock({ $0.mustReach[symbol] }) {
          if endUnlessMore(symbol, next) { return pushEnd(symbol) }
          continue
        }
        let nanos = monotonicNanos()
        let sinceNanos = shortSinceNanos ?? nanos
        shortSinceNanos = sinceNanos
        if nanos - sinceNanos > patienceNanos {
          giveUp("\(symbols[symbol]): the venue serves no trades from \(next) on")
          return end(symbol)
        }
        guard rest.interrupt.sleep(millis: 500) else { return false }
      }
    }
  }

  /// The id to page from: known, or that of the first trade in the window, found in steps of the hour that the venue
  /// allows. An inner nil: no trades; an outer nil: stopped.
  private func firstId(_ symbol: Int, _ beginMillis: Int64, _ fetcher: HistoryFetcher) -> Int64?? {
    if let id = fromIds[symbol] { return .some(id) }
    var startMillis = beginMillis
    while startMillis <= fetcher.venueMillis {
      guard serveGaps(fetcher) else { return .none }
      let endMillis = startMillis + 3_599_999
      // One trade tells the id; its page is fetched from there.
      switch page(symbol, .times(startMillis: startMillis, endMillis: endMillis), 1, fetcher) {
      case .stopped: return .none
      case .refused: return .some(nil)
      case .records(let records):
        if let first = records.first { return .some(first.id) }
      }
      startMillis = endMillis + 1
    }
    return .some(nil)
  }

  private func page(_ symbol: Int, _ start: BinanceRest.PageStart, _ limit: Int, _ fetcher: HistoryFetcher)
    -> HistoryFetcher.Page
  {
    fetcher.page(
      symbol: symbols[symbol], symbolIndex: UInt32(symbol), from: start, limit: limit,
      reserve: options.weightReserve
    ) { pauseMillis in
      // Gaps may use the reserve, so they don't wait for the minute to turn.
      let deadlineNanos = monotonicNanos() + UInt64(pauseMillis) * 1_000_000
      while !rest.interrupt.isRaised {
        let nanos = monotonicNanos()
        if nanos >= deadlineNanos { return true }
        guard serveGaps(fetcher) else { return false }
        _ = work.wait(timeout: .now() + .nanoseconds(Int(deadlineNanos - nanos)))
      }
      return false
    }
  }

  /// Marks the symbol done unless a gap was asked for meanwhile: the two must not cross.
  private func endUnlessMore(_ symbol: Int, _ next: Int64) -> Bool {
    shared.withLock { shared in
      guard next > shared.mustReach[symbol] else { return false }
      shared.progress[symbol].isDone = true
      return true
    }
  }

  private func end(_ symbol: Int) -> Bool {
    shared.withLock { $0.progress[symbol].isDone = true }
    return pushEnd(symbol)
  }

  // MARK: gaps

  /// Serves all gaps asked for; false when stopped.
  private func serveGaps(_ fetcher: HistoryFetcher) -> Bool {
    while let gap = shared.withLock({ $0.gaps.isEmpty ? nil : $0.gaps.removeFirst() }) {
      guard serve(gap, fetcher) else { return false }
    }
    return !rest.interrupt.isRaised
  }

  private func serve(_ gap: Gap, _ fetcher: HistoryFetcher) -> Bool {
    let deadlineNanos = monotonicNanos() + UInt64(options.gapPatienceMillis) * 1_000_000
    var next = gap.fromId
    while next <= gap.throughId {
      let limit = Int(min(Int64(BinanceRest.aggTradesLimit), gap.throughId - next + 1))
      let page = fetcher.page(
        symbol: symbols[gap.symbolIndex], symbolIndex: UInt32(gap.symbolIndex), from: .fromId(next), limit: limit,
        reserve: 0, pause: rest.interrupt.sleep)
      switch page {
      case .stopped: return false
      case .refused: return pushEnd(gap.symbolIndex)
      case .records(let records):
        guard deliver(records.filter { $0.id <= gap.throughId }, gap.symbolIndex, share: 1) else { return false }
        if let last = records.last {
          next = last.id + 1
        } else if monotonicNanos() > deadlineNanos {
          giveUp("\(symbols[gap.symbolIndex]): the venue serves no trades \(next)...\(gap.throughId)")
          return pushEnd(gap.symbolIndex)
        } else if !rest.interrupt.sleep(millis: 500) {
          return false
        }
      }
    }
    shared.withLock { $0.counts.gapsServed += 1 }
    return pushEnd(gap.symbolIndex)
  }

  private func giveUp(_ text: String) {
    shared.withLock { $0.counts.gapsUnfilled += 1 }
    logger.error("\(text): the gap stays")
  }

  // MARK: the ring

  private func deliver(_ records: [apus_record], _ symbol: Int, share: Double) -> Bool {
    for record in records {
      guard push(record) else { return false }
    }
    if !records.isEmpty { doorbell.ring() }
    shared.withLock { shared in
      shared.progress[symbol].fetched += UInt64(records.count)
      shared.progress[symbol].share = max(shared.progress[symbol].share, share)
    }
    return true
  }

  private func pushEnd(_ symbol: Int) -> Bool {
    var record = apus_record()
    record.kind = EventKind.historyEnd.rawValue
    record.symbol = UInt32(symbol)
    guard push(record) else { return false }
    doorbell.ring()
    shared.withLock { $0.progress[symbol].share = 1 }
    return true
  }

  /// Waits for room: history has time, and a dropped trade would be a gap of our own making.
  private func push(_ record: apus_record) -> Bool {
    while ring.free() == 0 {
      doorbell.ring()
      guard rest.interrupt.sleep(millis: 1) else { return false }
    }
    return ring.push(record)
  }

  private func share(_ last: apus_record?, _ beginMillis: Int64, _ nowMillis: Int64) -> Double {
    guard let last, nowMillis > beginMillis else { return 0 }
    return min(1, max(0, Double(last.time_ms - beginMillis) / Double(nowMillis - beginMillis)))
  }
}
