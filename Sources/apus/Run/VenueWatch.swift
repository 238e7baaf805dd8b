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
  private let gone = Mutex<Set<String>>([])
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<VenueThread?>(nil)

  init(
    _ config: RunConfig, rest: BinanceRest, clock: EngineClock, symbols: [String], inputs: EngineInputs,
    intervals: Intervals, logger: Logger, listener: Listener
  ) {
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

  func start() throws(VenueError) {
    let started = try VenueThread(name: "watch") { [self] in run() }
    thread.withLock { $0 = started }
  }

  /// Ends the thread and waits; its running call ends with the REST client's `stop`.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }

  private func run() {
    var nextClockNanos = apus_monotonic_nanos() + UInt64(intervals.clockMillis) * 1_000_000
    var nextListingNanos = apus_monotonic_nanos() + UInt64(intervals.listingMillis) * 1_000_000
    while !isStopping.load(ordering: .relaxed) {
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
      let deviation = time.monotonicOffsetMillis - clock.monotonicOffsetMillis
      clock.wallOffsetMillis = time.offsetMillis
      // Within half the round trip nobody knows better.
      if abs(deviation) <= time.roundTripMillis / 2 + 1 { return }
      if abs(deviation) <= Self.doubtMillis {
        clock.monotonicOffsetMillis = time.monotonicOffsetMillis
      } else {
        try confirm(deviation)
      }
    } catch {
      if !isStopping.load(ordering: .relaxed) { logger.warning("clock: \(error)") }
    }
  }

  /// A jump: no entries until several measurements agree on it.
  private func confirm(_ deviation: Int64) throws(VenueError) {
    tell(.clockDoubted)
    logger.warning(
      "clock: the venue's is \(deviation) ms off what it was: measuring again, no entries until it is known")
    var offsets: [Int64] = []
    while offsets.count < Self.confirmations, !isStopping.load(ordering: .relaxed) {
      offsets.append(try rest.serverTime(attempts: 3).monotonicOffsetMillis)
      Pause.millis(100)
    }
    guard let least = offsets.min(), let most = offsets.max(), most - least <= Self.doubtMillis else {
      // The next measurement, in a minute, begins anew.
      logger.error("clock: the venue's answers differ by seconds: no entries")
      return
    }
    clock.monotonicOffsetMillis = offsets.sorted()[offsets.count / 2]
    tell(.clockTrusted)
    logger.warning(
      "clock: set to the venue's, \(clock.monotonicOffsetMillis - (least - deviation)) ms from what it was")
  }

  private func tell(_ command: Command) {
    var record = apus_record()
    record.kind = EventKind.command.rawValue
    record.id = command.rawValue
    while !inputs.watch.push(record), !isStopping.load(ordering: .relaxed) { Pause.millis(1) }
    inputs.doorbell.ring()
  }

  // MARK: listings

  private func lookAtListings() {
    do {
      let listings = try rest.exchangeInfo()
      let trading = Set(listings.filter { $0.status == "TRADING" }.map(\.instrument.symbol))
      let lost = known.withLock { known in gone.withLock { known.subtracting(trading).subtracting($0) } }
      for symbol in lost.sorted() {
        gone.withLock { _ = $0.insert(symbol) }
        logger.warning(
          "\(symbol): the venue trades it no longer: no entries, open paper positions end at the last price")
        listener.delisted(symbol)
      }
      guard choice == .all else { return }
      for listing in listings where isNew(listing) {
        guard listener.listed(listing.instrument) else { continue }
        known.withLock { _ = $0.insert(listing.instrument.symbol) }
        logger.notice("\(listing.instrument.symbol): listed; warming up")
      }
    } catch {
      if !isStopping.load(ordering: .relaxed) { logger.warning("listings: \(error)") }
    }
  }

  private func isNew(_ listing: InstrumentListing) -> Bool {
    listing.status == "TRADING" && contractTypes.contains(listing.contractType)
      && listing.instrument.symbol.utf8.count <= EngineLimits.nameBytesMax
      && !known.withLock { $0.contains(listing.instrument.symbol) }
  }
}
