import CClock
import CRecords
import Domain
import HotPath

/// Which connections carry which symbols, and when one follows another.
extension BinanceFeed {
  func addShard(first: Int, names: [String]) {
    let number = shards.count
    precondition(2 * number + 1 < connections.count, "a feed has room for this shard")
    shards.append(FeedShard(first: first, names: names, leading: 2 * number, following: 2 * number + 1))
  }

  /// Whether all streams of the shard that the venue grants come over one connection at least; of a shard that has none left
  /// nothing is missing.
  func isStreaming(_ shard: Int) -> Bool {
    shards[shard].isEmpty || connections[shards[shard].leading].phase == .streaming
      || connections[shards[shard].following].phase == .streaming
  }

  /// Symbols of a shard that streams whose own streams come over no connection: refused, or asked for again.
  func unheard(_ shard: Int) -> Set<String> {
    let (leading, following) = (shards[shard].leading, shards[shard].following)
    let isLeading = connections[leading].phase == .streaming
    guard connections[following].phase == .streaming else { return isLeading ? connections[leading].plan.unheard : [] }
    guard isLeading else { return connections[following].plan.unheard }
    return connections[leading].plan.unheard.intersection(connections[following].plan.unheard)
  }

  private static let overlapTailNanos: UInt64 = 2_000_000_000

  /// Whether its trades may come over two.
  func overlaps(_ shard: Int, nowNanos: UInt64) -> Bool {
    if nowNanos < shards[shard].overlapUntilNanos { return true }
    return connections[shards[shard].leading].isOpen && connections[shards[shard].following].isOpen
  }

  /// A connection is wanted from now on.
  func begin(_ slot: Int) {
    guard connections[slot].phase == .idle else { return }
    connections[slot].phase = .waiting(untilNanos: 0)
  }

  /// A connection's time has come.
  func act(_ slot: Int, nowNanos: UInt64) {
    switch connections[slot].phase {
    case .waiting: connectWithinLimits(slot, nowNanos: nowNanos)
    case .subscribing where connections[slot].plan.isOverdue(nowNanos: nowNanos):
      connections[slot].phase = .connecting
      let seconds = SubscriptionPlan.answerNanos / 1_000_000_000
      client?.close(
        slot, reason: .lost(host: endpoints.streams.host, detail: "no answer to SUBSCRIBE in \(seconds) s"))
    case .subscribing: tendPlan(slot, nowNanos: nowNanos)
    case .streaming: tendStreaming(slot, nowNanos: nowNanos)
    case .idle, .resolving, .connecting: break
    }
  }

  private func connectWithinLimits(_ slot: Int, nowNanos: UInt64) {
    // Without a symbol there is nothing to ask for: no connection until one is listed.
    if shards[connections[slot].shard].isEmpty {
      connections[slot].phase = .idle
      return
    }
    let nextNanos = connects.nextNanos(nowNanos: nowNanos)
    if nextNanos > nowNanos {
      connections[slot].phase = .waiting(untilNanos: nextNanos)
      return
    }
    connects.begin(nowNanos: nowNanos)
    resolve(slot)
  }

  private func tendStreaming(_ slot: Int, nowNanos: UInt64) {
    if connections[slot].endAtNanos <= nowNanos {
      connections[slot].phase = .idle
      connections[slot].endAtNanos = .max
      shards[connections[slot].shard].overlapUntilNanos = nowNanos + Self.overlapTailNanos
      client?.close(slot, reason: .stopped)
      return
    }
    connections[slot].plan.takeOverdueForGranted(nowNanos: nowNanos)
    tendPlan(slot, nowNanos: nowNanos)
    if connections[slot].rotateAtNanos <= nowNanos {
      connections[slot].rotateAtNanos = .max
      begin(shards[connections[slot].shard].following)
    }
  }

  private func tendPlan(_ slot: Int, nowNanos: UInt64) {
    connections[slot].plan.askAgain(nowNanos: nowNanos)
    if connections[slot].plan.wantsWrite(nowNanos: nowNanos) { client?.requestWrite(slot) }
  }

  /// All streams of a connection are confirmed.
  func streams(_ slot: Int, nowNanos: UInt64) {
    let shard = connections[slot].shard
    let life = options.lifeMillis - drawn(options.lifeJitterMillis)
    connections[slot].rotateAtNanos = nowNanos + UInt64(max(1, life)) * 1_000_000
    guard slot == shards[shard].following else { return }
    // The follower takes over; the one before is kept for as long as the two overlap.
    swapRoles(shard)
    counters.rotations.count()
    connections[shards[shard].following].rotateAtNanos = .max
    if connections[slot].hasTraded { endFormer(shard, nowNanos: nowNanos) }
  }

  /// A connection's first trade: only now is it known to bring any, and the one that it follows may go.
  func traded(_ slot: Int, nowNanos: UInt64) {
    connections[slot].hasTraded = true
    let shard = connections[slot].shard
    if slot == shards[shard].leading, connections[slot].phase == .streaming { endFormer(shard, nowNanos: nowNanos) }
  }

  private func endFormer(_ shard: Int, nowNanos: UInt64) {
    let former = shards[shard].following
    guard connections[former].phase == .streaming, connections[former].endAtNanos == .max else { return }
    connections[former].endAtNanos = nowNanos + UInt64(options.overlapMillis) * 1_000_000
  }

  private func swapRoles(_ shard: Int) {
    let leading = shards[shard].leading
    shards[shard].leading = shards[shard].following
    shards[shard].following = leading
  }

  /// A connection is gone, unplanned unless it is idle.
  func lost(_ slot: Int, _ failure: ConnectionFailure) {
    if connections[slot].phase == .idle { return }
    let shard = connections[slot].shard
    let isLeading = slot == shards[shard].leading
    let other = isLeading ? shards[shard].following : shards[shard].leading
    switch connections[other].phase {
    case .streaming where isLeading:
      // The one before it has not been ended yet, and leads again: it is kept until there is another to follow it.
      swapRoles(shard)
      connections[other].endAtNanos = .max
      connections[slot].ended(failure, nowNanos: apus_monotonic_nanos())
    case .streaming where connections[slot].phase == .streaming:
      // It had been followed already.
      connections[slot].phase = .idle
    case .resolving, .connecting, .subscribing:
      // Its follower is on the way.
      connections[slot].phase = .idle
      if isLeading { swapRoles(shard) }
    case .waiting where !isLeading:
      connections[slot].phase = .idle
    case .waiting:
      // A follower whose attempt failed may have a long pause before it; this one's is short. It has no more to follow.
      connections[other].phase = .idle
      connections[slot].ended(failure, nowNanos: apus_monotonic_nanos())
    case .streaming, .idle:
      // A follower that failed is made again after its pause, as long as there is one to follow.
      connections[slot].ended(failure, nowNanos: apus_monotonic_nanos())
    }
  }

  // MARK: symbols that come and go

  func obey(_ order: Order) {
    switch order {
    case .add(let instrument): list(instrument)
    case .remove(let name): delist(name)
    case .resubscribe(let symbol, let askedNanos): connectAnew(symbol, askedNanos: askedNanos)
    }
  }

  private func list(_ instrument: Instrument) {
    let index = shards.last?.end ?? 0
    guard intake.symbols.insert(instrument.symbol) else {
      logger.warning("\(instrument.symbol) is listed, but there is no room for another symbol: restart to trade it")
      return
    }
    for record in ListingRecords.records(instrument, index: index) { tell(record) }
    if shards[shards.count - 1].isFull {
      addShard(first: index, names: [instrument.symbol])
      begin(shards[shards.count - 1].leading)
    } else {
      shards[shards.count - 1].add(instrument.symbol)
      // Should the last of its symbols have gone, and its connection after them.
      begin(shards[shards.count - 1].leading)
      onOpen(shards.count - 1) { $0.subscribe(instrument.symbol) }
    }
  }

  private func delist(_ name: String) {
    guard let shard = shards.firstIndex(where: { $0.names.contains(name) }),
      let place = shards[shard].names.firstIndex(of: name), !shards[shard].removed.contains(name)
    else { return }
    shards[shard].remove(name)
    var record = apus_record()
    record.kind = EventKind.delisted.rawValue
    record.symbol = UInt32(shards[shard].first + place)
    tell(record)
    onOpen(shard) { $0.unsubscribe(name) }
  }

  /// On the connections that are there; those to come take the shard's names.
  private func onOpen(_ shard: Int, _ ask: (inout SubscriptionPlan) -> Void) {
    for slot in [shards[shard].leading, shards[shard].following] where connections[slot].isOpen {
      ask(&connections[slot].plan)
    }
  }

  private func connectAnew(_ symbol: Int, askedNanos: UInt64) {
    guard let shard = shards.firstIndex(where: { $0.first <= symbol && symbol < $0.end }) else { return }
    let slot = shards[shard].leading
    let name = shards[shard].names[symbol - shards[shard].first]
    // Several symbols of a deaf connection are found one after the other: the one made since is not meant.
    guard connections[slot].phase == .streaming, connections[slot].streamingSinceNanos <= askedNanos else { return }
    // A stream that was refused is asked for again by itself.
    if connections[slot].plan.unheard.contains(name) { return }
    counters.deaf.count()
    client?.close(
      slot,
      reason: .lost(
        host: endpoints.streams.host, detail: "the stream of \(name) is silent while the venue has trades of it"))
  }
}
