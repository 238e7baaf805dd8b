import CClock
import HotPath
import Logging

/// What the connections tell.
extension BinanceFeed: WebSocketHandler {
  func connect(_ slot: Int, _ addresses: [String]) {
    connections[slot].phase = .connecting
    let address = addresses[connections[slot].attempt % addresses.count]
    let streams = endpoints.streams
    client?.connect(
      slot,
      to: WebSocketTarget(address: address, host: streams.host, port: streams.port, path: endpoints.marketPath))
  }

  func webSocketOpened(_ slot: Int) {
    counters.connects.count()
    let nowNanos = apus_monotonic_nanos()
    let plan = shards[connections[slot].shard].plan(refusedMillis: options.refusedMillis, nowNanos: nowNanos)
    connections[slot].opened(plan, nowNanos: nowNanos)
  }

  func webSocketWritable(_ slot: Int) {
    guard connections[slot].isOpen, let message = connections[slot].plan.message else { return }
    // A failed write is followed by the connection's end, which subscribes again.
    guard client?.send(slot, message) == true else { return }
    connections[slot].plan.sent(nowNanos: apus_monotonic_nanos())
  }

  func webSocketAlive(_ slot: Int) { connections[slot].heardNanos = apus_monotonic_nanos() }

  func webSocket(_ slot: Int, received part: UnsafeBufferPointer<UInt8>, isLast: Bool) {
    switch connections[slot].assembler.add(part, isLast: isLast) {
    case .partial: break
    case .oversized: counters.oversized.count()
    case .whole(let frame): take(slot, frame)
    }
  }

  private func take(_ slot: Int, _ frame: UnsafeBufferPointer<UInt8>) {
    guard let client else { return }
    connections[slot].heardNanos = client.arrivalNanos
    let shard = connections[slot].shard
    switch intake.take(
      frame, arrivalNanos: client.arrivalNanos, overlaps: overlaps(shard, nowNanos: client.arrivalNanos))
    {
    case .trade:
      if intake.wasRefused { shards[shard].hasLost = true }
      shards[shard].saw(tradeMillis: intake.lastMillis, atNanos: client.arrivalNanos)
      if !connections[slot].hasTraded { traded(slot, nowNanos: client.arrivalNanos) }
      if connections[slot].phase != .streaming { confirmed(slot, byTrade: true) }
    case .control: answered(slot, frame)
    case .otherEvent where connections[slot].plan.isAwaiting:
      // A refusal may come as `{"error":{..}}`, which the parser takes for an event.
      if let answer = Subscription.answer(frame), let refusal = answer.refusal { refused(slot, answer.id, refusal) }
    case .otherEvent, .unknownSymbol, .malformed, .badNumber: break
    }
  }

  private func answered(_ slot: Int, _ frame: UnsafeBufferPointer<UInt8>) {
    let answer = Subscription.answer(frame)
    if let refusal = answer?.refusal {
      refused(slot, answer?.id, refusal)
      return
    }
    let recovered = connections[slot].plan.granted(id: answer?.id)
    for name in recovered.intersection(shards[connections[slot].shard].refused).sorted() {
      shards[connections[slot].shard].refused.remove(name)
      logger.notice("\(endpoints.streams.host) grants the stream of \(name) again")
    }
    confirmed(slot, byTrade: false)
  }

  private func confirmed(_ slot: Int, byTrade: Bool) {
    let nowNanos = apus_monotonic_nanos()
    guard connections[slot].phase == .subscribing else { return }
    connections[slot].confirmed(byTrade: byTrade, nowNanos: nowNanos)
    if connections[slot].phase == .streaming { streams(slot, nowNanos: nowNanos) }
  }

  private func refused(_ slot: Int, _ id: Int?, _ refusal: (code: Int, words: String)) {
    counters.controlErrors.count()
    let host = endpoints.streams.host
    let why = "code \(refusal.code), \(refusal.words)"
    switch connections[slot].plan.refused(id: id, nowNanos: apus_monotonic_nanos()) {
    case .batch(let count): logger.debug("\(host) refused \(count) streams at once, asked for again in halves: \(why)")
    case .stream(let name):
      // Once for each: it is asked for again on every connection, and now and then.
      if shards[connections[slot].shard].refused.insert(name).inserted {
        counters.refusedStreams.count()
        logger.error("\(host) refuses the stream of \(name), which stays cut off; the others go on: \(why)")
      }
    case .other: logger.error("\(host) refused a request: \(why)")
    }
    // It may have been the last answer that was waited for.
    confirmed(slot, byTrade: false)
  }

  func webSocketEnded(_ slot: Int, _ failure: ConnectionFailure) {
    if connections[slot].phase != .idle { counters.disconnects.count() }
    let wasPlanned = connections[slot].phase == .idle
    if let pauseMillis = failure.pauseMillis {
      connects.pause(forMillis: pauseMillis, nowNanos: apus_monotonic_nanos())
    }
    lost(slot, failure)
    if wasPlanned { return }
    logger.warning("\(failure)", metadata: ["retryInMillis": "\(connections[slot].retryInMillis)"])
  }
}
