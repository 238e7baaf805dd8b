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
    let messages = shards[connections[slot].shard].messages
    connections[slot].opened(messages: messages, nowNanos: apus_monotonic_nanos())
  }

  func webSocketWritable(_ slot: Int) {
    let nowNanos = apus_monotonic_nanos()
    if case .streaming = connections[slot].phase, let message = connections[slot].extra.first {
      if client?.send(slot, message) == true { connections[slot].sentExtra(nowNanos: nowNanos) }
      return
    }
    guard case .subscribing(let next, _) = connections[slot].phase, next < connections[slot].messages.count else {
      return
    }
    // A failed write is followed by the connection's end, which subscribes again.
    guard client?.send(slot, connections[slot].messages[next]) == true else { return }
    connections[slot].sent(nowNanos: nowNanos)
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
    case .otherEvent where connections[slot].phase != .streaming:
      // A refusal may come as `{"error":{..}}`, which the parser takes for an event.
      if let refusal = Subscription.answer(frame)?.refusal { refused(slot, refusal) }
    case .otherEvent, .unknownSymbol, .malformed, .badNumber: break
    }
  }

  private func answered(_ slot: Int, _ frame: UnsafeBufferPointer<UInt8>) {
    if let refusal = Subscription.answer(frame)?.refusal {
      refused(slot, refusal)
    } else {
      confirmed(slot, byTrade: false)
    }
  }

  private func confirmed(_ slot: Int, byTrade: Bool) {
    let nowNanos = apus_monotonic_nanos()
    connections[slot].confirmed(byTrade: byTrade, nowNanos: nowNanos)
    if connections[slot].phase == .streaming, connections[slot].rotateAtNanos == .max,
      connections[slot].endAtNanos == .max
    {
      streams(slot, nowNanos: nowNanos)
    }
  }

  private func refused(_ slot: Int, _ refusal: (code: Int, words: String)) {
    counters.controlErrors.count()
    logger.error("\(endpoints.streams.host) refused a subscription: code \(refusal.code), \(refusal.words)")
    connections[slot].refused(nowNanos: apus_monotonic_nanos())
  }

  func webSocketEnded(_ slot: Int, _ failure: ConnectionFailure) {
    if connections[slot].phase != .idle { counters.disconnects.count() }
    let wasPlanned = connections[slot].phase == .idle
    lost(slot, failure)
    if wasPlanned { return }
    logger.warning("\(failure)", metadata: ["retryInMillis": "\(connections[slot].retryInMillis)"])
  }
}
