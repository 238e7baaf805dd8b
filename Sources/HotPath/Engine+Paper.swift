import Domain

extension Engine {
  /// Resting exits and the holding limit of every open position in a symbol, against one trade.
  @_noAllocation @_noLocks
  mutating func runExits(_ index: Int, at t: Int64, price: Int64, _ outbox: Outbox) {
    var slot = index &* strategies.count
    let end = slot &+ strategies.count
    while slot < end {
      if slots[slot].position.isOpen {
        let change = slots[slot].position.onTrade(timeMillis: t, price: Double(price) / 1e8, costs: costs)
        if change & 1 != 0 { outbox.append(PaperEvent(kind: .takeProfit1, position: slots[slot].position)) }
        if change & 2 != 0 {
          symbols[index].positions &-= 1
          outbox.append(PaperEvent(kind: .closed, position: slots[slot].position))
        }
      }
      slot &+= 1
    }
  }

  /// Pending entries whose latency is over, at one trade after their signal's.
  @_noAllocation @_noLocks
  mutating func fillEntries(_ index: Int, at t: Int64, aggId: Int64, price: Int64, _ outbox: Outbox) {
    var slot = index &* strategies.count
    let end = slot &+ strategies.count
    while slot < end {
      if slots[slot].position.isPending, aggId > slots[slot].position.signalAggId,
        t >= slots[slot].position.signalMillis &+ costs.latencyMillis
      {
        slots[slot].position.enter(
          timeMillis: t, price: Double(price) / 1e8, costs: costs, tick: symbols[index].limits.tick, number: entryCount)
        entryCount &+= 1
        outbox.append(PaperEvent(kind: .entered, position: slots[slot].position))
      }
      slot &+= 1
    }
  }

  /// Whatever is open or pending in a symbol that trades no longer.
  @_noAllocation @_noLocks
  mutating func endPositions(_ index: Int, at t: Int64, price: Int64, _ outbox: Outbox) {
    var slot = index &* strategies.count
    let end = slot &+ strategies.count
    while slot < end {
      if slots[slot].position.isPending {
        symbols[index].positions &-= 1
        slots[slot].position.state = .none
      } else if slots[slot].position.isOpen {
        symbols[index].positions &-= 1
        slots[slot].position.end(timeMillis: t, price: Double(price) / 1e8, costs: costs, reason: .delisted)
        outbox.append(PaperEvent(kind: .closed, position: slots[slot].position))
      }
      slot &+= 1
    }
  }
}
