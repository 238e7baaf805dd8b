import CRecords
import Domain
import Foundation
import HotPath
import Logging
import Synchronization

/// Fills the windows from REST: each symbol's past, and what the live stream missed as the engine finds it.
///
/// A thread and a ring of its own. Answers of one symbol come in id order as `.historyTrade`s and end with one
/// `.historyEnd` that names the request; nothing is dropped when the ring is full, the thread waits. The past comes newest
/// first, to milestones: once 30 min, then 4 h, then a day of a symbol are there, its windows are told anew, oldest trade
/// first, after a `.historyReset`. All symbols reach a milestone before any goes on to the next. Gaps go before all of it.
public final class BinanceHistory: @unchecked Sendable {
  public struct Options: Sendable {
    /// How far back a symbol without a known id begins.
    public var windowMillis: Int64 = 24 * 3_600_000
    /// Where the windows are told on the way.
    public var milestonesMillis: [Int64] = [1_800_000, 4 * 3_600_000]
    /// How long fetching the past of all symbols may take; those beyond it warm up live.
    public var budgetMinutes: Int64 = 60
    /// Trades kept between milestones, 64 bytes each. Beyond, a symbol's day is fetched at once and let go, while the others
    /// wait for their next milestone; so one symbol's day comes on top.
    public var stagedTradesMost = 8 << 20
    public init() {}
  }

  /// Where a symbol's history begins, and what is known of its size.
  public struct Beginning: Sendable {
    /// The first id wanted, after what files gave; nil: from the venue's newest backwards.
    public var fromId: Int64?
    /// An estimate of its trades a day.
    public var tradesPerDay: Int64?

    public init(fromId: Int64? = nil, tradesPerDay: Int64? = nil) {
      self.fromId = fromId
      self.tradesPerDay = tradesPerDay
    }
  }

  struct Request {
    var kind: HistoryRequest
    var symbol: Int
    var fromId: Int64
    var throughId: Int64
    /// Monotonic clock.
    var askedNanos = monotonicNanos()
  }

  /// A piece of a symbol's past.
  struct Job: Equatable {
    var symbol: Int
    /// Until the stage reaches so far back; nil: forwards from an id.
    var spanMillis: Int64?
    var fromId: Int64 = 0
    /// The engine's wish, whatever was told before.
    var isAsked = false
  }

  struct Shared {
    var thread: VenueThread?
    var names: [String]
    var requests: [Request] = []
    var jobs: [Job] = []
    /// The one at hand.
    var current: Job?
    /// Symbols whose windows are not what the venue has.
    var rebuilding: Set<Int> = []
    var progress: [HistoryProgress]
    var counts = HistoryCounts()
  }

  let ring: RecordRing
  let doorbell: Doorbell
  let logger: Logger
  let options: Options
  let rest: BinanceRest
  let shared: Mutex<Shared>
  let work = DispatchSemaphore(value: 0)
  private let beginnings: [Beginning]
  /// A symbol's stream is silent while the venue has trades of it.
  let onDeaf: @Sendable (Int) -> Void
  // The thread's own.
  var stages: [Int: HistoryStage] = [:]
  /// Symbols whose windows have been told: they must forget before they are told again.
  var told: Set<Int> = []

  /// `beginnings` has one entry a symbol. `ring` is this history's alone to push to. `onDeaf` runs on the thread that
  /// calls `request`.
  public init(
    rest: BinanceRest, symbols: [String], beginnings: [Beginning], ring: RecordRing, doorbell: Doorbell,
    logger: Logger, options: Options = Options(), onDeaf: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    precondition(beginnings.count == symbols.count, "one beginning a symbol")
    self.rest = rest
    self.beginnings = beginnings
    self.ring = ring
    self.doorbell = doorbell
    self.logger = logger
    self.options = options
    self.onDeaf = onDeaf
    shared = Mutex(Shared(names: symbols, progress: symbols.map { HistoryProgress(symbol: $0) }))
  }

  public func start() throws(VenueError) {
    precondition(shared.withLock { $0.thread == nil }, "a history is started once")
    let thread = try VenueThread(name: "history") { [self] in run() }
    shared.withLock { $0.thread = thread }
  }

  /// Ends the thread, and the calls of its REST client, and waits. Harmless when not started.
  public func stop() {
    rest.stop()
    work.signal()
    let thread = shared.withLock { shared in
      defer { shared.thread = nil }
      return shared.thread
    }
    thread?.join()
  }

  /// Asks for what the engine misses, ahead of all history. Any thread but the engine's hot one: it takes a lock.
  public func request(_ gap: GapEvent) {
    let symbol = Int(gap.symbol)
    if gap.kind == .deaf {
      tellDeaf(symbol, gap.fromId)
      return
    }
    shared.withLock { shared in
      precondition(shared.names.indices.contains(symbol), "a symbol of this run")
      switch gap.kind {
      case .wanted: shared.add(Request(kind: .gap, symbol: symbol, fromId: gap.fromId, throughId: gap.throughId))
      case .check: shared.add(Request(kind: .check, symbol: symbol, fromId: gap.fromId, throughId: gap.fromId))
      case .verify: shared.add(Request(kind: .verify, symbol: symbol, fromId: gap.fromId, throughId: gap.fromId))
      case .past:
        let job = Job(symbol: symbol, spanMillis: options.windowMillis, isAsked: true)
        // The engine asks again after a minute, and a day may take several: told twice, it would be forgotten between.
        if shared.current != job, !shared.jobs.contains(job) { shared.jobs.insert(job, at: 0) }
      case .rebuild: shared.addRebuild(symbol, spanMillis: options.windowMillis)
      case .permanent, .quarantined, .filled, .deaf: break
      }
    }
    work.signal()
  }

  /// A symbol that is listed while the run goes on; its index is the next one. Its past is fetched once the engine asks.
  public func add(_ symbol: String) {
    shared.withLock { shared in
      shared.names.append(symbol)
      shared.progress.append(HistoryProgress(symbol: symbol))
    }
  }

  /// One entry a symbol, in order. Any thread.
  public var progress: [HistoryProgress] { shared.withLock { $0.progress } }

  /// Any thread.
  public var counts: HistoryCounts { shared.withLock { $0.counts } }

  // MARK: the thread

  private func run() {
    let fetcher = HistoryFetcher(rest: rest, logger: logger) { [self] counter in
      shared.withLock { $0.counts[keyPath: counter] += 1 }
    }
    guard fetcher.synchronise(), plan() else { return }
    while !rest.isStopped {
      guard serveRequests(fetcher) else { return }
      if let job = shared.withLock({ $0.takeJob() }) {
        guard perform(job, fetcher) else { return }
      } else {
        work.wait()
      }
    }
  }

  /// Lays up the jobs; false when stopped.
  private func plan() -> Bool {
    let forward = beginnings.indices.filter { beginnings[$0].fromId != nil }
    let others = beginnings.indices.filter { beginnings[$0].fromId == nil }
    let plan = HistoryPlan(
      tradesPerDay: others.map { beginnings[$0].tradesPerDay }, minutes: options.budgetMinutes,
      pagesPerMinute: HistoryPlan.pagesPerMinute(weightLimit: rest.state.limitPerMinute))
    let fetched = plan.fetched.map { others[$0] }
    let live = plan.live.map { others[$0] }
    if !live.isEmpty { tellLive(live, of: others.count, plan) }
    let spans = options.milestonesMillis.filter { $0 < options.windowMillis } + [options.windowMillis]
    shared.withLock { shared in
      var jobs = forward.map { Job(symbol: $0, spanMillis: nil, fromId: beginnings[$0].fromId ?? 0) }
      for span in spans { jobs += fetched.map { Job(symbol: $0, spanMillis: span) } }
      shared.jobs += jobs
      for symbol in live { shared.progress[symbol].isLiveOnly = true }
    }
    return live.allSatisfy { end($0, .past, RecordFlags.gaveUp) }
  }

  private func tellLive(_ live: [Int], of count: Int, _ plan: HistoryPlan) {
    let names = shared.withLock { shared in live.prefix(10).map { shared.names[$0] } }.joined(separator: ", ")
    logger.warning(
      """
      history: \(count - live.count) of \(count) symbols come from REST, in some \(plan.minutes) min; \(live.count) warm up \
      live, since the venue's request weight does not reach in \(options.budgetMinutes) min: \
      \(names)\(live.count > 10 ? ", .." : "")
      """)
  }

  /// Whether the venue counted trades of it in the last 24 h; those listed later have no entry.
  func isKnownToTrade(_ symbol: Int) -> Bool {
    beginnings.indices.contains(symbol) ? (beginnings[symbol].tradesPerDay ?? 0) > 0 : false
  }

  func name(_ symbol: Int) -> String { shared.withLock { $0.names[symbol] } }

  /// A page of history: gaps are served while it has to wait, since they may use what it must leave.
  func page(
    _ symbol: Int, _ start: BinanceRest.PageStart, patienceMillis: Int64? = nil, _ fetcher: HistoryFetcher
  ) -> HistoryFetcher.Page {
    fetcher.page(
      symbol: name(symbol), symbolIndex: symbol, from: start, priority: .history, patienceMillis: patienceMillis
    ) { pause($0, fetcher) }
  }

  /// Serves gaps for so long; false when stopped.
  func pause(_ millis: Int64, _ fetcher: HistoryFetcher) -> Bool {
    let deadlineNanos = monotonicNanos() + UInt64(millis) * 1_000_000
    while !rest.isStopped {
      let nanos = monotonicNanos()
      if nanos >= deadlineNanos { return true }
      guard serveRequests(fetcher, urgentOnly: true) else { return false }
      _ = work.wait(timeout: .now() + .nanoseconds(Int(deadlineNanos - nanos)))
    }
    return false
  }
}

extension BinanceHistory.Shared {
  fileprivate mutating func takeJob() -> BinanceHistory.Job? {
    current = jobs.isEmpty ? nil : jobs.removeFirst()
    return current
  }

  /// The engine asks again every few seconds: the newest word of a symbol and kind stands.
  fileprivate mutating func add(_ request: BinanceHistory.Request) {
    if let known = requests.firstIndex(where: { $0.symbol == request.symbol && $0.kind == request.kind }) {
      requests[known] = request
    } else {
      // Gaps first, in the order they came.
      let place = request.kind == .check ? requests.count : requests.firstIndex { $0.kind == .check } ?? requests.count
      requests.insert(request, at: place)
    }
  }

  fileprivate mutating func addRebuild(_ symbol: Int, spanMillis: Int64) {
    let job = BinanceHistory.Job(symbol: symbol, spanMillis: spanMillis)
    guard rebuilding.insert(symbol).inserted else { return }
    jobs.insert(job, at: 0)
    counts.rebuilds += 1
  }
}
