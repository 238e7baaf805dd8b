import CRecords
import Domain

/// What the engine is told of connections, on the ring of the trades and so in their order.
extension BinanceFeed {
  /// Tells a record as soon as the ring has room.
  func tell(_ record: apus_record) {
    if !untold.isEmpty || !intake.tell(record) { untold.append(record) }
  }

  func tellLoss(_ shard: Int, nowNanos: UInt64) {
    let isDown = !isStreaming(shard)
    guard (isDown && !shards[shard].isToldDown) || shards[shard].hasLost else { return }
    guard tellRun(.feedDown, shard, shards[shard].first..<shards[shard].end, nowNanos: nowNanos) else { return }
    // What was heard before is heard again, from the engine's side: it comes after the loss.
    if shards[shard].hasLost { shards[shard].toldHeardNanos = 0 }
    shards[shard].hasLost = false
    shards[shard].isToldDown = true
  }

  /// Symbols whose stream the venue does not grant are cut off, each by itself: their clocks stand, they take no entries and
  /// cost no questions to REST. When the stream is granted they are heard again, as after a cut.
  func tellUnheard(_ shard: Int, nowNanos: UInt64) {
    let unheard = unheard(shard)
    if unheard.isEmpty, shards[shard].toldUnheard.isEmpty { return }
    shards[shard].toldUnheard.formIntersection(unheard)
    for (place, name) in shards[shard].names.enumerated() {
      guard unheard.contains(name), !shards[shard].toldUnheard.contains(name) else { continue }
      let index = shards[shard].first + place
      guard tellRun(.feedDown, shard, index..<index + 1, nowNanos: nowNanos) else { return }
      shards[shard].toldUnheard.insert(name)
    }
  }

  func tellHeard(_ shard: Int, nowNanos: UInt64) {
    guard isStreaming(shard), !shards[shard].hasLost else { return }
    let leading = connections[shards[shard].leading]
    let following = connections[shards[shard].following]
    let heard = max(
      leading.phase == .streaming ? leading.heardNanos : 0, following.phase == .streaming ? following.heardNanos : 0)
    guard heard > shards[shard].toldHeardNanos else { return }
    for run in shards[shard].runs(without: unheard(shard)) {
      // What was told is told again with the rest, once there is room.
      guard tellRun(.feedHeard, shard, run, heardNanos: heard, nowNanos: nowNanos) else { return }
    }
    shards[shard].toldHeardNanos = heard
    shards[shard].isToldDown = false
  }

  /// False when the ring is full.
  private func tellRun(
    _ kind: EventKind, _ shard: Int, _ run: Range<Int>, heardNanos: UInt64? = nil, nowNanos: UInt64
  ) -> Bool {
    let heardNanos = heardNanos ?? shards[shard].toldHeardNanos
    var record = apus_record()
    record.kind = kind.rawValue
    record.symbol = UInt32(run.lowerBound)
    record.first_id = Int64(run.upperBound)
    if heardNanos > 0 {
      let agoNanos = nowNanos > heardNanos ? nowNanos - heardNanos : 0
      let clockMillis = nowMillis() - Int64(agoNanos / 1_000_000)
      record.time_ms = shards[shard].venueMillis(atNanos: heardNanos, clockMillis: clockMillis)
    }
    return intake.tell(record)
  }
}
