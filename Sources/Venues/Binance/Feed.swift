import CClock
import CRecords
import Domain
import HotPath
import Logging
import Synchronization

/// Live aggTrades of Binance USD-M futures, from the venue's WebSockets into a record ring.
///
/// One thread runs all connections, so that the ring has one producer. Besides trades it tells the engine, on the same
/// ring and so in their order, when a connection's symbols are cut off and up to when they have been heard. Its state is
/// that thread's alone; other threads see `state`, `counters` and the stages, and call `start`, `stop`, `add`, `remove` and
/// `resubscribe`.
public final class BinanceFeed: MarketFeed, @unchecked Sendable {
  /// The engine learns this often how far its symbols have been heard; ticks follow two seconds behind.
  static let heardNanos: UInt64 = 250_000_000

  let endpoints: BinanceEndpoints
  private let trust: TLSTrust
  let logger: Logger
  private let onState: @Sendable (FeedState) -> Void
  private let onConnection: @Sendable (ConnectionChange) -> Void
  let intake: TradeIntake
  private let interrupt: Interrupt
  let options: FeedOptions
  let nowMillis: @Sendable () -> Int64

  public let counters = FeedCounters()
  private let placement: FeedPlacement

  /// What other threads ask of the loop.
  enum Order {
    case add(Instrument)
    case remove(String)
    case resubscribe(Int, askedNanos: UInt64)
  }

  private struct Shared {
    var state = FeedState.stopped
    var thread: VenueThread?
    var client: WebSocketClient?
    var orders: [Order] = []
    var shards: (streaming: Int, all: Int) = (0, 0)
    var tradeOffsetMillis: Int64?
  }
  private let shared = Mutex(Shared())

  // The feed thread's own.
  var shards: [FeedShard] = []
  var connections: [FeedConnection] = []
  var client: WebSocketClient?
  var connects = ConnectBudget()
  private var random: any RandomNumberGenerator
  private let lookUps = LookUps()
  private var nextHeardNanos: UInt64 = 0
  /// Records that found the ring full, to be told before anything else.
  var untold: [apus_record] = []

  /// Finished look-ups on their way to the loop.
  private final class LookUps: Sendable {
    let done = Mutex<[(slot: Int, result: Result<[String], ConnectionFailure>)]>([])
  }

  /// `ring` is this feed's alone to push to; of `stages` it writes the feed's. `nowMillis`: the venue's clock, for telling
  /// the engine when a stream was heard. `onState` and `onConnection` run on the feed's thread and must return
  /// quickly; the one tells how far the run that is furthest behind has come, the other of each run of symbols.
  public init(
    endpoints: BinanceEndpoints, trust: TLSTrust, symbols: SymbolTable, ring: RecordRing, doorbell: Doorbell,
    stages: LatencyStages, logger: Logger, placement: FeedPlacement = FeedPlacement(),
    options: FeedOptions = FeedOptions(), nowMillis: @escaping @Sendable () -> Int64 = { apus_wall_millis() },
    random: @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() },
    onState: @escaping @Sendable (FeedState) -> Void = { _ in },
    onConnection: @escaping @Sendable (ConnectionChange) -> Void = { _ in }
  ) throws(VenueError) {
    self.endpoints = endpoints
    self.trust = trust
    self.logger = logger
    self.onState = onState
    self.onConnection = onConnection
    self.placement = placement
    self.options = options
    self.nowMillis = nowMillis
    self.random = random()
    interrupt = try Interrupt()
    intake = TradeIntake(
      symbols: symbols.index, ring: ring, doorbell: doorbell, stages: stages, counters: counters)
    let names = symbols.names
    precondition(!names.isEmpty, "a feed has symbols")
    let most = Subscription.streamsPerConnection
    let room = max(names.count, options.symbolRoom)
    let shardCount = (room + most - 1) / most
    for shard in 0..<shardCount {
      for _ in 0..<2 { connections.append(FeedConnection(shard: shard, backoff: Backoff(random: random()))) }
    }
    for start in stride(from: 0, to: names.count, by: most) {
      addShard(first: start, names: Array(names[start..<min(start + most, names.count)]))
    }
  }

  public var state: FeedState { shared.withLock { $0.state } }

  /// Connections that carry all streams that the venue grants them, of how many.
  public var connectionCount: (streaming: Int, all: Int) { shared.withLock { $0.shards } }

  /// The venue's clock minus the monotonic one by the T of trades of the last seconds; nil without any. What it is at least:
  /// T is some 0.1 s older than its arrival.
  public var tradeOffsetMillis: Int64? { shared.withLock { $0.tradeOffsetMillis } }

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

  /// A symbol listed now: the engine's next index. It is told to the engine, then subscribed.
  public func add(_ instrument: Instrument) { order(.add(instrument)) }

  /// A symbol that the venue trades no longer: unsubscribed, and told to the engine.
  public func remove(_ symbol: String) { order(.remove(symbol)) }

  /// A symbol's stream is silent while the venue has trades: its connection is made anew.
  public func resubscribe(symbolIndex: Int) {
    resubscribe(symbolIndex: symbolIndex, askedNanos: apus_monotonic_nanos())
  }

  func resubscribe(symbolIndex: Int, askedNanos: UInt64) { order(.resubscribe(symbolIndex, askedNanos: askedNanos)) }

  private func order(_ order: Order) {
    let client = shared.withLock { shared in
      shared.orders.append(order)
      return shared.client
    }
    client?.wake()
  }

  // MARK: the thread

  private func run() {
    for shard in shards.indices { begin(shards[shard].leading) }
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
      for slot in connections.indices where connections[slot].phase != .idle {
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
      takeOrders()
      let nowNanos = apus_monotonic_nanos()
      var dueNanos = UInt64.max
      for slot in connections.indices {
        if connections[slot].dueNanos <= nowNanos { act(slot, nowNanos: nowNanos) }
        dueNanos = min(dueNanos, connections[slot].dueNanos)
      }
      tellEngine(nowNanos: nowNanos)
      publishAll()
      guard client.service(untilNanos: min(dueNanos, nextHeardNanos)) else {
        logger.error("libwebsockets: the event loop failed; connecting anew")
        return
      }
      intake.endTurn(arrivalNanos: client.arrivalNanos)
    }
  }

  private func takeOrders() {
    let orders = shared.withLock { shared in
      defer { shared.orders.removeAll() }
      return shared.orders
    }
    for order in orders { obey(order) }
  }

  func resolve(_ slot: Int) {
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
      case .success(let addresses):
        // Another was told meanwhile that the venue limits this address.
        if connects.isPaused(nowNanos: apus_monotonic_nanos()) {
          connections[slot].phase = .waiting(untilNanos: 0)
        } else {
          connect(slot, addresses)
        }
      case .failure(let failure): webSocketEnded(slot, failure)
      }
    }
  }

  /// Evenly from 0 to `most`.
  func drawn(_ most: Int64) -> Int64 { most <= 0 ? 0 : Int64.random(in: 0...most, using: &random) }

  // MARK: what the engine and others are told

  /// Pushes what found the ring full before, then what has changed; what finds it full now waits for the next turn.
  private func tellEngine(nowNanos: UInt64) {
    while let record = untold.first {
      guard intake.tell(record) else { return }
      untold.removeFirst()
    }
    for shard in shards.indices {
      tellLoss(shard, nowNanos: nowNanos)
      tellUnheard(shard, nowNanos: nowNanos)
    }
    if nowNanos < nextHeardNanos { return }
    nextHeardNanos = nowNanos + Self.heardNanos
    let offset = shards.compactMap { $0.tradeOffsetMillis(nowNanos: nowNanos) }.max()
    shared.withLock { $0.tradeOffsetMillis = offset }
    for shard in shards.indices where !shards[shard].isToldDown || isStreaming(shard) {
      tellHeard(shard, nowNanos: nowNanos)
    }
  }

  /// Publishes the state of the shard that is furthest behind.
  private func publishAll() {
    var worst = FeedState.streaming
    var streaming = 0
    for shard in shards.indices {
      let isStreaming = isStreaming(shard)
      if isStreaming != shards[shard].wasStreaming { tellConnection(shard, isStreaming) }
      if isStreaming {
        streaming += 1
        continue
      }
      let state = connections[shards[shard].leading].state
      if state.progress < worst.progress { worst = state }
    }
    let counts = (streaming, shards.count)
    if shared.withLock({ $0.shards != counts }) { shared.withLock { $0.shards = counts } }
    publish(worst)
  }

  private func tellConnection(_ shard: Int, _ isStreaming: Bool) {
    shards[shard].wasStreaming = isStreaming
    let reason = isStreaming ? "" : connections[shards[shard].leading].failure?.description ?? ""
    onConnection(
      ConnectionChange(
        symbol: shards[shard].names[0], count: shards[shard].names.count, isStreaming: isStreaming, reason: reason))
  }

  private func publish(_ state: FeedState) {
    let isNew = shared.withLock { shared in
      defer { shared.state = state }
      return shared.state != state
    }
    if isNew { onState(state) }
  }
}
