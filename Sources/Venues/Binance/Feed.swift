import CClock
import Domain
import HotPath
import Logging
import Synchronization

/// Live aggTrades of Binance USD-M futures, from the venue's WebSockets into a record ring.
///
/// One thread runs all connections, so that the ring has one producer. Its state is that thread's alone; other threads
/// see `state`, `counters` and the stages, and call `start` and `stop`.
public final class BinanceFeed: MarketFeed, WebSocketHandler, @unchecked Sendable {
  private let endpoints: BinanceEndpoints
  private let trust: TLSTrust
  private let logger: Logger
  private let onState: @Sendable (FeedState) -> Void
  private let intake: TradeIntake
  private let interrupt: Interrupt

  public let counters = FeedCounters()
  private let placement: FeedPlacement

  private struct Shared {
    var state = FeedState.stopped
    var thread: VenueThread?
    var client: WebSocketClient?
  }
  private let shared = Mutex(Shared())

  // The feed thread's own.
  private var connections: [FeedConnection]
  private var client: WebSocketClient?
  private let lookUps = LookUps()

  /// Finished look-ups on their way to the loop.
  private final class LookUps: Sendable {
    let done = Mutex<[(slot: Int, result: Result<[String], ConnectionFailure>)]>([])
  }

  /// `ring` is this feed's alone to push to; of `stages` it writes the feed's. `onState` runs on the feed's thread and must return quickly.
  public init(
    endpoints: BinanceEndpoints, trust: TLSTrust, symbols: SymbolTable, ring: RecordRing, doorbell: Doorbell,
    stages: LatencyStages, logger: Logger, placement: FeedPlacement = FeedPlacement(),
    random: @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() },
    onState: @escaping @Sendable (FeedState) -> Void = { _ in }
  ) throws(VenueError) {
    self.endpoints = endpoints
    self.trust = trust
    self.logger = logger
    self.onState = onState
    self.placement = placement
    interrupt = try Interrupt()
    intake = TradeIntake(
      symbols: symbols.index, ring: ring, doorbell: doorbell, stages: stages, counters: counters)
    let names = symbols.names
    precondition(!names.isEmpty, "a feed has symbols")
    let most = Subscription.streamsPerConnection
    connections = stride(from: 0, to: names.count, by: most).map { start in
      let part = Array(names[start..<min(start + most, names.count)])
      return FeedConnection(messages: Subscription.messages(part), backoff: Backoff(random: random()))
    }
  }

  public var state: FeedState { shared.withLock { $0.state } }

  public func start() throws(VenueError) {
    precondition(shared.withLock { $0.thread == nil }, "a feed is started once")
    let thread = try VenueThread(name: "feed", cpu: placement.cpu) { [self] in run() }
    shared.withLock { $0.thread = thread }
  }

  public func stop() {
    interrupt.raise()
    let (thread, client) = shared.withLock { shared in
      defer { shared.thread = nil }
      return (shared.thread, shared.client)
    }
    client?.wake()
    thread?.join()
  }

  // MARK: the thread

  private func run() {
    while !interrupt.isRaised {
      do {
        let client = try WebSocketClient(
          slots: connections.count, trust: trust, handler: self, polls: placement.polls)
        self.client = client
        shared.withLock { $0.client = client }
        serve(client)
        client.destroy()
      } catch {
        logger.error("\(error)")
        publish(.down(reason: error.description, retryInMillis: 1_000))
      }
      shared.withLock { $0.client = nil }
      client = nil
      // Reached only when the library fails: a new context after a second.
      for slot in connections.indices where connections[slot].phase != .waiting(untilNanos: 0) {
        let host = endpoints.streams.host
        connections[slot].ended(.lost(host: host, detail: "the event loop failed"), nowNanos: apus_monotonic_nanos())
      }
      _ = interrupt.sleep(millis: 1_000)
    }
    publish(.stopped)
  }

  private func serve(_ client: WebSocketClient) {
    while !interrupt.isRaised {
      takeLookUps()
      let nowNanos = apus_monotonic_nanos()
      var dueNanos = UInt64.max
      for slot in connections.indices {
        if connections[slot].dueNanos <= nowNanos { act(slot, nowNanos: nowNanos) }
        dueNanos = min(dueNanos, connections[slot].dueNanos)
      }
      publishAll()
      guard client.service(untilNanos: dueNanos) else {
        logger.error("libwebsockets: the event loop failed; connecting anew")
        return
      }
      intake.endTurn(arrivalNanos: client.arrivalNanos)
    }
  }

  /// A connection's time has come.
  private func act(_ slot: Int, nowNanos: UInt64) {
    switch connections[slot].phase {
    case .waiting: resolve(slot)
    case .subscribing(let next, _) where next < connections[slot].messages.count:
      // Until the socket takes it; then `sent` sets the next time.
      connections[slot].phase = .subscribing(next: next, untilNanos: nowNanos + FeedConnection.answerNanos)
      client?.requestWrite(slot)
    case .subscribing:
      connections[slot].phase = .connecting
      let seconds = FeedConnection.answerNanos / 1_000_000_000
      client?.close(
        slot, reason: .lost(host: endpoints.streams.host, detail: "no answer to SUBSCRIBE in \(seconds) s"))
    case .resolving, .connecting, .streaming: break
    }
  }

  private func resolve(_ slot: Int) {
    connections[slot].phase = .resolving
    let lookUps = self.lookUps
    let client = self.client
    NameResolver.resolve(endpoints.streams.host) { result in
      lookUps.done.withLock { $0.append((slot, result)) }
      client?.wake()
    }
  }

  private func takeLookUps() {
    let finished = lookUps.done.withLock { done in
      defer { done.removeAll() }
      return done
    }
    for (slot, result) in finished where connections[slot].phase == .resolving {
      switch result {
      case .success(let addresses): connect(slot, addresses)
      case .failure(let failure): webSocketEnded(slot, failure)
      }
    }
  }

  private func connect(_ slot: Int, _ addresses: [String]) {
    connections[slot].phase = .connecting
    let address = addresses[connections[slot].attempt % addresses.count]
    let streams = endpoints.streams
    client?.connect(
      slot,
      to: WebSocketTarget(address: address, host: streams.host, port: streams.port, path: endpoints.marketPath))
  }

  // MARK: what the connections tell

  func webSocketOpened(_ slot: Int) {
    counters.connects.count()
    connections[slot].opened(nowNanos: apus_monotonic_nanos())
  }

  func webSocketWritable(_ slot: Int) {
    guard case .subscribing(let next, _) = connections[slot].phase, next < connections[slot].messages.count else {
      return
    }
    // A failed write is followed by the connection's end, which subscribes again.
    guard client?.send(slot, connections[slot].messages[next]) == true else { return }
    connections[slot].sent(nowNanos: apus_monotonic_nanos())
  }

  func webSocket(_ slot: Int, received part: UnsafeBufferPointer<UInt8>, isLast: Bool) {
    switch connections[slot].assembler.add(part, isLast: isLast) {
    case .partial: break
    case .oversized: counters.oversized.count()
    case .whole(let frame):
      guard let client else { return }
      switch intake.take(frame, arrivalNanos: client.arrivalNanos) {
      case .trade:
        if connections[slot].phase != .streaming {
          connections[slot].confirmed(byTrade: true, nowNanos: apus_monotonic_nanos())
        }
      case .control: answered(slot, frame)
      case .otherEvent where connections[slot].phase != .streaming:
        // A refusal may come as `{"error":{..}}`, which the parser takes for an event.
        if let refusal = Subscription.answer(frame)?.refusal { refused(slot, refusal) }
      case .otherEvent, .unknownSymbol, .malformed, .badNumber: break
      }
    }
  }

  private func answered(_ slot: Int, _ frame: UnsafeBufferPointer<UInt8>) {
    if let refusal = Subscription.answer(frame)?.refusal {
      refused(slot, refusal)
    } else {
      connections[slot].confirmed(byTrade: false, nowNanos: apus_monotonic_nanos())
    }
  }

  private func refused(_ slot: Int, _ refusal: (code: Int, words: String)) {
    counters.controlErrors.count()
    logger.error("\(endpoints.streams.host) refused a subscription: code \(refusal.code), \(refusal.words)")
    connections[slot].refused(nowNanos: apus_monotonic_nanos())
  }

  func webSocketEnded(_ slot: Int, _ failure: ConnectionFailure) {
    counters.disconnects.count()
    connections[slot].ended(failure, nowNanos: apus_monotonic_nanos())
    logger.warning("\(failure)", metadata: ["retryInMillis": "\(connections[slot].retryInMillis)"])
  }

  // MARK: state

  /// Publishes the state of the connection that is furthest behind.
  private func publishAll() {
    var worst = FeedState.streaming
    for connection in connections where connection.state.progress < worst.progress { worst = connection.state }
    publish(worst)
  }

  private func publish(_ state: FeedState) {
    let isNew = shared.withLock { shared in
      defer { shared.state = state }
      return shared.state != state
    }
    if isNew { onState(state) }
  }
}
