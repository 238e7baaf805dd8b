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

  /// A clock further off than this is measured again before it is believed; until then no entries.
  private static let doubtMillis: Int64 = 500
  private static let confirmations = 3
  /// What `/time` may differ from the trades' own times, which are some 0.1 s old.
  private static let tradesMillis: Int64 = 2_000
  /// A symbol that doesn't trade in so many looks in a row is gone; one answer may be wrong or in parts.
  private static let looks = 3
  /// More than this share of the symbols gone at once is the answer's fault.
  private static let shareGone = 0.1

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
  private let gone = Mutex<[String: Int]>([:])
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
    var nextClockNanos = apus_monotonic_nanos() + UInt64(intervals.clockMillis) * 1_000_000
    var nextListingNanos = apus_monotonic_nanos() + UInt64(intervals.listingMillis) * 1_000_000
    while !thread.isStopping {
      let nanos = apus_monotonic_nanos()
      if nanos >= nextClockNanos {
        synchronise()
        nextClockNanos = apus_monotonic_nanos() + UInt64(intervals.clockMillis) * 1_000_000
      }
      if nanos >= nextListingNanos {
        lookAtListings()
        nextListingNanos = apus_monotonic_nanos() + UInt64(intervals.listingMillis) * 1_000_000
      }
      Pause.millis(50)
    }
  }

  // MARK: the clock

  private func synchronise() {
    do {
      let time = try rest.serverTime()
      if let trades = tradeOffsetMillis(), abs(time.monotonicOffsetMillis - trades) > Self.tradesMillis {
        let off = time.monotonicOffsetMillis - trades
        logger.warning("clock: the venue's /time is \(off) ms off its own trades' times: not believed")
        return
      }
      let deviation = time.monotonicOffsetMillis - clock.monotonicOffsetMillis
      clock.wallOffsetMillis = time.offsetMillis
      if abs(deviation) > Self.doubtMillis {
        try confirm(deviation)
        return
      }
      // Within half the round trip nobody knows better.
      if abs(deviation) > time.roundTripMillis / 2 + 1 { adopt(time) }
      trust()
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
    var times: [BinanceRest.ServerTime] = []
    while times.count < Self.confirmations, !thread.isStopping {
      times.append(try rest.serverTime(attempts: 3))
      Pause.millis(100)
    }
    times.sort { $0.monotonicOffsetMillis < $1.monotonicOffsetMillis }
    guard let least = times.first?.monotonicOffsetMillis, let most = times.last?.monotonicOffsetMillis,
      most - least <= Self.doubtMillis
    else {
      // The next measurement, in a minute, begins anew.
      logger.error("clock: the venue's answers differ by seconds: no entries")
      return
    }
    adopt(times[times.count / 2])
    trust()
    logger.warning("clock: set to the venue's, some \(deviation) ms from what it was")
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
    let missing = known.subtracting(trading)
    if missing.count > max(3, Int(Double(known.count) * Self.shareGone)) {
      logger.warning("listings: \(missing.count) of \(known.count) symbols are missing at once: not believed")
      return
    }
    let lost = gone.withLock { gone in
      for symbol in known.intersection(trading) where (gone[symbol] ?? 0) < Self.looks { gone[symbol] = nil }
      return missing.filter { symbol in
        gone[symbol, default: 0] += 1
        return gone[symbol] == Self.looks
      }
    }
    for symbol in lost.sorted() {
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
