import CClock
import CRecords
import Domain
import HotPath
import Logging
import Settings
import Synchronization
import Venues

/// Keeps the engine's clock at the venue's, and the run's symbols at what the venue lists. A thread of its own.
final class VenueWatch: Sendable {
  struct Intervals: Sendable {
    var clockMillis: Int64 = 60_000
    var listingMillis: Int64 = 600_000
  }

  /// The trades contradict the clock: it is measured at once, but not more often than this.
  private static let suspicionNanos: UInt64 = 5_000_000_000
  /// How long the watch waits for trades that tell the clock.
  private static let tradesPatienceNanos: UInt64 = 10_000_000_000

  /// What the run does when a symbol comes or goes; on this watch's thread.
  struct Listener: Sendable {
    /// False: not now, ask again at the next look.
    var listed: @Sendable (Instrument) -> Bool
    var delisted: @Sendable (String) -> Void
  }

  private let rest: BinanceRest
  private let clock: EngineClock
  private let choice: RunConfig.SymbolChoice
  private let contractTypes: [String]
  private let inputs: EngineInputs
  private let intervals: Intervals
  private let listener: Listener
  private let logger: Logger
  private let known: Mutex<Set<String>>
  // The thread's own.
  private let delistings = Mutex(Delistings())
  private let isDoubted = Atomic<Bool>(false)
  /// The venue's clock minus the monotonic one by its trades; nil while none come.
  private let tradeOffsetMillis: @Sendable () -> Int64?
  private let thread = RunThread("watch")

  init(
    _ config: RunConfig, rest: BinanceRest, clock: EngineClock, symbols: [String], inputs: EngineInputs,
    intervals: Intervals, logger: Logger, tradeOffsetMillis: @escaping @Sendable () -> Int64?, listener: Listener
  ) {
    self.tradeOffsetMillis = tradeOffsetMillis
    self.rest = rest
    self.clock = clock
    choice = config.symbolChoice
    contractTypes = config.contractTypes
    self.inputs = inputs
    self.intervals = intervals
    self.logger = logger
    self.listener = listener
    known = Mutex(Set(symbols))
  }

  func start() throws(VenueError) { try thread.start { [self] in run() } }

  /// Ends the thread and waits; its running call ends with the REST client's `stop`.
  func stop() { thread.stop() }

  private func run() {
    var lastClockNanos = apus_monotonic_nanos()
    var nextListingNanos = lastClockNanos + UInt64(intervals.listingMillis) * 1_000_000
    while !thread.isStopping {
      let sinceClockNanos = apus_monotonic_nanos() - lastClockNanos
      let isSuspect = sinceClockNanos >= Self.suspicionNanos && isContradictedByTrades
      if isSuspect || sinceClockNanos >= UInt64(intervals.clockMillis) * 1_000_000 {
        synchronise()
        lastClockNanos = apus_monotonic_nanos()
      }
      if apus_monotonic_nanos() >= nextListingNanos {
        lookAtListings()
        nextListingNanos = apus_monotonic_nanos() + UInt64(intervals.listingMillis) * 1_000_000
      }
      Pause.millis(50)
    }
  }

  // MARK: the clock

  private var isContradictedByTrades: Bool {
    guard let trades = tradeOffsetMillis() else { return false }
    return ClockVerdict.areContradictory(clock: clock.monotonicOffsetMillis, trades: trades)
  }

  private func synchronise() {
    do {
      let time = try rest.serverTime()
      let trades = tradeOffsetMillis()
      let deviation = time.monotonicOffsetMillis - clock.monotonicOffsetMillis
      switch ClockVerdict(
        time: time.monotonicOffsetMillis, trades: trades, clock: clock.monotonicOffsetMillis)
      {
      case .agreed:
        // Within half the round trip nobody knows better.
        if abs(deviation) > time.roundTripMillis / 2 + 1 { adopt(time) }
        clock.wallOffsetMillis = time.offsetMillis
        trust()
      case .measureAgain: try confirm(deviation)
      case .disbelieveTime:
        if let trades, abs(clock.monotonicOffsetMillis - trades) <= ClockVerdict.tradesMillis { trust() }
        let off = time.monotonicOffsetMillis - (trades ?? 0)
        logger.warning("clock: the venue's /time is \(off) ms off its own trades' times: not believed")
      case .followTrades: followTrades(time)
      }
    } catch {
      if !thread.isStopping { logger.warning("clock: \(error)") }
    }
  }

  private func adopt(_ time: BinanceRest.ServerTime) {
    clock.monotonicOffsetMillis = time.monotonicOffsetMillis
    rest.believe(time)
  }

  private func trust() {
    guard isDoubted.exchange(false, ordering: .relaxed) else { return }
    tell(.clockTrusted)
  }

  /// A jump: no entries until several measurements agree on it.
  private func confirm(_ deviation: Int64) throws(VenueError) {
    isDoubted.store(true, ordering: .relaxed)
    tell(.clockDoubted)
    logger.warning(
      "clock: the venue's is \(deviation) ms off what it was: measuring again, no entries until it is known")
    let agreed = try VenueTime.measured(rest, attempts: 3) { thread.isStopping }
    guard let agreed else {
      // The next measurement, in a minute, begins anew.
      logger.error("clock: the venue's answers differ by seconds: no entries")
      return
    }
    adopt(agreed)
    clock.wallOffsetMillis = agreed.offsetMillis
    trust()
    logger.warning("clock: set to the venue's, some \(deviation) ms from what it was")
  }

  /// `/time` was wrong at the start, and is or was believed: every live trade would be taken for one of the future.
  private func followTrades(_ time: BinanceRest.ServerTime) {
    guard let offset = agreedTradeOffset() else {
      logger.warning("clock: the trades' times are off it, and differ by seconds: nothing is changed")
      return
    }
    let deviation = offset - clock.monotonicOffsetMillis
    clock.monotonicOffsetMillis = offset
    clock.wallOffsetMillis = time.offsetMillis + offset - time.monotonicOffsetMillis
    rest.believe(monotonicOffsetMillis: offset)
    trust()
    let off = time.monotonicOffsetMillis - offset
    logger.warning(
      "clock: set to the times of the venue's trades, \(deviation) ms from what it was: its /time is \(off) ms off them"
    )
  }

  /// By so many different trades as `/time` is measured times: one of them may be wrong. nil when they do not agree, or do not come.
  private func agreedTradeOffset() -> Int64? {
    let deadlineNanos = apus_monotonic_nanos() + Self.tradesPatienceNanos
    var offsets: [Int64] = []
    while apus_monotonic_nanos() < deadlineNanos, !thread.isStopping {
      // Another trade shows another delay; the same one shows its own for as long as none comes.
      if let offset = tradeOffsetMillis(), offset != offsets.last { offsets.append(offset) }
      if offsets.count == VenueTime.measurements, let least = offsets.min(), let most = offsets.max() {
        return most - least <= ClockVerdict.tradesMillis ? most : nil
      }
      Pause.millis(300)
    }
    return nil
  }

  private func tell(_ command: Command) {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = command.rawValue
    while !inputs.watch.push(record), !thread.isStopping { Pause.millis(1) }
    inputs.doorbell.ring()
  }

  // MARK: listings

  private func lookAtListings() {
    do {
      let listings = try rest.exchangeInfo()
      let trading = Set(listings.filter { $0.status == "TRADING" }.map(\.instrument.symbol))
      noteGone(trading)
      guard choice == .all else { return }
      for listing in listings where isNew(listing) {
        guard listener.listed(listing.instrument) else { continue }
        known.withLock { _ = $0.insert(listing.instrument.symbol) }
        logger.notice("\(listing.instrument.symbol): listed; warming up")
      }
    } catch {
      if !thread.isStopping { logger.warning("listings: \(error)") }
    }
  }

  private func noteGone(_ trading: Set<String>) {
    let known = known.withLock { $0 }
    let look = delistings.withLock { $0.look(known: known, trading: trading) }
    if look.doubted > 0 {
      logger.warning(
        "listings: \(look.doubted) of \(known.count) symbols are missing at once: believed after \(Delistings.looksAmongMany) looks"
      )
    }
    for symbol in look.gone {
      logger.warning(
        "\(symbol): the venue trades it no longer: no entries, open paper positions end at the last price; should it come back, restart"
      )
      listener.delisted(symbol)
    }
  }

  private func isNew(_ listing: InstrumentListing) -> Bool {
    listing.status == "TRADING" && contractTypes.contains(listing.contractType)
      && listing.instrument.symbol.utf8.count <= EngineLimits.nameBytesMax
      && !known.withLock { $0.contains(listing.instrument.symbol) }
  }
}
