import CClock
import Foundation
import Synchronization

/// What a call asks of the host it goes to.
public struct RestCall: Sendable {
  public var priority: RestPriority
  /// Request weight by the venue's documentation.
  public var weight: Int
  /// For one attempt, from the connection to the body's last byte.
  public var timeoutMillis: Int64
  /// Failures that may pass are tried again, with jittered pauses, so many times in all.
  public var attempts: Int
  /// How long to wait for the turn and the budget, over all attempts.
  public var patienceMillis: Int64

  public init(
    _ priority: RestPriority, weight: Int, timeoutMillis: Int64 = 10_000, attempts: Int = 3,
    patienceMillis: Int64 = 120_000
  ) {
    self.priority = priority
    self.weight = weight
    self.timeoutMillis = timeoutMillis
    self.attempts = attempts
    self.patienceMillis = patienceMillis
  }
}

/// All calls to one host: two kept connections, one budget of request weight, and an order of precedence.
///
/// Calls block; any thread may call. On each connection one runs at a time, and of those that wait the first by
/// `RestPriority` goes next. Who waits looks every 10 ms: a call takes that long anyway, and a condition variable would wait by
/// the wall clock, which somebody may set back.
public final class RestHost: @unchecked Sendable {
  private final class Lane {
    let client: RestClient
    var isBusy = false
    init(_ client: RestClient) { self.client = client }
  }

  public let address: VenueAddress
  private let urgent: Lane
  private let bulk: Lane
  private let interrupt: Interrupt
  private let random: Mutex<any RandomNumberGenerator & Sendable>

  private static let lookMillis: Int64 = 10

  // Guarded by `lock`.
  private let lock = NSLock()
  private var budget: RestBudget
  private var waiting = [Int](repeating: 0, count: RestPriority.allCases.count)
  private var counts = RestState()
  private let offsetMillis = Atomic<Int64>(0)

  /// `limitPerMinute`: the venue's limit of request weight, until `setLimit`.
  public init(
    address: VenueAddress, trust: TLSTrust, limitPerMinute: Int,
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) throws(VenueError) {
    self.address = address
    urgent = Lane(try RestClient(address: address, trust: trust))
    bulk = Lane(try RestClient(address: address, trust: trust))
    interrupt = try Interrupt()
    budget = RestBudget(limitPerMinute: limitPerMinute)
    self.random = Mutex(random)
    clockOffsetMillis = apus_wall_millis() - Self.monotonicMillis()
  }

  /// Ends the running calls and all later ones at once. Any thread.
  public func stop() {
    interrupt.raise()
    urgent.client.stop()
    bulk.client.stop()
  }

  var isStopped: Bool { interrupt.isRaised }
  /// Sleeps; false when the host was stopped meanwhile.
  func sleep(millis: Int64) -> Bool { interrupt.sleep(millis: millis) }

  /// The venue's clock minus the monotonic one; the budget follows its minutes. Until it is measured, the wall clock's.
  var clockOffsetMillis: Int64 {
    get { offsetMillis.load(ordering: .relaxed) }
    set { offsetMillis.store(newValue, ordering: .relaxed) }
  }

  var venueMillis: Int64 { Self.monotonicMillis() + clockOffsetMillis }

  private static func monotonicMillis() -> Int64 { Int64(apus_monotonic_nanos() / 1_000_000) }

  public var state: RestState {
    let nowMillis = venueMillis
    return lock.withLock {
      var state = counts
      // Asked only so that the minute turns.
      _ = budget.pauseMillis(.exits, weight: 0, venueMillis: nowMillis, monotonicMillis: Self.monotonicMillis())
      state.usedWeight = budget.used
      state.limitPerMinute = budget.limitPerMinute
      state.blockedForMillis = max(0, budget.blockedUntilMillis - Self.monotonicMillis())
      if state.blockedForMillis == 0 { state.blockedWhy = "" }
      return state
    }
  }

  /// The venue told another limit (exchangeInfo's REQUEST_WEIGHT).
  func setLimit(perMinute: Int) { lock.withLock { budget.limitPerMinute = perMinute } }

  /// How long a call of this kind would have to wait for the budget; 0: it could go now.
  func pauseMillis(_ priority: RestPriority, weight: Int) -> Int64 {
    let nowMillis = venueMillis
    return lock.withLock {
      budget.pauseMillis(
        priority, weight: weight, venueMillis: nowMillis, monotonicMillis: Self.monotonicMillis())
    }
  }

  /// An answer that `read` understands; what it throws counts as the call's failure. Blocks; retries what may pass.
  /// `sending` runs once the turn has come, before the request leaves.
  func call<Answer>(
    _ path: String, _ query: [(String, String)] = [], _ call: RestCall, sending: () -> Void = {},
    read: (RestAnswer) throws(VenueError) -> Answer
  ) throws(VenueError) -> Answer {
    let deadlineNanos = monotonicNanos() + UInt64(call.patienceMillis) * 1_000_000
    var backoff = Backoff(random: jitter())
    var attempt = 1
    while true {
      do {
        let answer = try read(try once(path, query, call, deadlineNanos, sending))
        lock.withLock { counts.lastFailure = "" }
        return answer
      } catch {
        note(error)
        guard attempt < call.attempts, error.isTransient, !isStopped, monotonicNanos() < deadlineNanos else {
          throw error
        }
        attempt += 1
        lock.withLock { counts.retries += 1 }
        // A refusal blocks the host for as long as it said; the pause comes on top, so that not all ask at once.
        guard interrupt.sleep(millis: backoff.nextMillis()) else { throw error }
      }
    }
  }

  /// A generator of its own for each call, out of the host's.
  private func jitter() -> any RandomNumberGenerator {
    SplitMix(random.withLock { $0.next() })
  }

  private func note(_ error: VenueError) {
    lock.withLock {
      counts.lastFailure = error.description
      if case .rateLimited(_, let status, let retryAfterMillis, let message) = error {
        // 0 is ours: a call that lost its patience.
        guard status > 0 else { return }
        counts.refusals += 1
        counts.blockedWhy = "HTTP \(status): \(message)"
        budget.block(forMillis: retryAfterMillis, monotonicMillis: Self.monotonicMillis())
      } else if error.isTransient {
        counts.failures += 1
      }
    }
  }

  private func once(
    _ path: String, _ query: [(String, String)], _ call: RestCall, _ deadlineNanos: UInt64, _ sending: () -> Void
  ) throws(VenueError) -> RestAnswer {
    let lane = call.priority.isUrgent ? urgent : bulk
    try takeTurn(lane, call, "GET \(path)", deadlineNanos)
    defer { giveTurn(lane) }
    let sentMillis = venueMillis
    sending()
    let answer = try lane.client.get(path, query: query, timeoutMillis: call.timeoutMillis)
    if let used = answer.usedWeight {
      let nowMillis = venueMillis
      lock.withLock { budget.report(used: used, sentMillis: sentMillis, venueMillis: nowMillis) }
    }
    return answer
  }

  private func takeTurn(_ lane: Lane, _ call: RestCall, _ operation: String, _ deadlineNanos: UInt64)
    throws(VenueError)
  {
    lock.withLock { waiting[call.priority.rawValue] += 1 }
    defer { lock.withLock { waiting[call.priority.rawValue] -= 1 } }
    while true {
      if isStopped { throw .connection(operation: operation, .stopped) }
      let nowMillis = venueMillis
      let pauseMillis: Int64? = lock.withLock { taken(lane, call, venueMillis: nowMillis) }
      guard let pauseMillis else { return }
      guard monotonicNanos() < deadlineNanos else {
        let why = pauseMillis > 0 ? "no request weight left" : "other calls go first"
        throw .rateLimited(operation: operation, status: 0, retryAfterMillis: pauseMillis, message: why)
      }
      _ = interrupt.sleep(millis: Self.lookMillis)
    }
  }

  /// nil: the turn is this call's now. Otherwise how long the budget says to wait; 0: only for others.
  private func taken(_ lane: Lane, _ call: RestCall, venueMillis: Int64) -> Int64? {
    let pauseMillis = budget.pauseMillis(
      call.priority, weight: call.weight, venueMillis: venueMillis, monotonicMillis: Self.monotonicMillis())
    if pauseMillis > 0 || lane.isBusy || isPreceded(call.priority) { return pauseMillis }
    lane.isBusy = true
    budget.spend(weight: call.weight, venueMillis: venueMillis)
    counts.requests += 1
    return nil
  }

  private func isPreceded(_ priority: RestPriority) -> Bool {
    RestPriority.allCases.contains {
      $0 < priority && $0.isUrgent == priority.isUrgent && waiting[$0.rawValue] > 0
    }
  }

  private func giveTurn(_ lane: Lane) { lock.withLock { lane.isBusy = false } }
}
