import Domain

extension Engine {
  /// Evaluates all strategies in one symbol at event time `t`; fires what fires when `decides`.
  @_noAllocation @_noLocks
  mutating func evaluate(_ index: Int, at t: Int64, decides: Bool, emits: Bool, _ outbox: Outbox) {
    counters.evaluations &+= 1
    let input = scoreInput(index, at: t)
    var slot = index &* strategies.count
    var strategy = 0
    while strategy < strategies.count {
      slots[slot].lastDirection = input.direction
      if emits {
        evaluateWhole(index, strategy, slot, input, decides: decides, emits: true, outbox)
      } else if input.direction == 0 {
        slots[slot].lastSum = 0
      } else {
        if !slots[slot].bookParts.stands(input, symbols[index].book.version) {
          slots[slot].bookParts.renew(
            strategies[strategy], input, &symbols[index].book, &slots[slot].liquidations)
        }
        let sum = strategies[strategy].sum(input, &slots[slot].bookParts.parts)
        slots[slot].lastSum = sum
        // Rounding moves a score by less than the margin.
        if decides, sum > strategies[strategy].threshold - 0.001 {
          if mayFire(index, strategy, slot, at: t, direction: input.direction) {
            evaluateWhole(index, strategy, slot, input, decides: true, emits: false, outbox)
          }
        }
      }
      slot &+= 1
      strategy &+= 1
    }
  }

  /// One strategy with all that a row tells.
  @_noAllocation @_noLocks
  @inline(never)
  private mutating func evaluateWhole(
    _ index: Int, _ strategy: Int, _ slot: Int, _ input: borrowing ScoreInput, decides: Bool, emits: Bool,
    _ outbox: Outbox
  ) {
    let score = Score(strategies[strategy], input, &symbols[index].book, &slots[slot].liquidations)
    slots[slot].lastSum = score.value
    var fires = false
    if decides, input.direction != 0, score.value >= strategies[strategy].threshold {
      fires = mayFire(index, strategy, slot, at: input.timeMillis, direction: input.direction)
    }
    if !fires && !emits { return }
    let evaluation = row(index, strategy, at: input.timeMillis, input: input, score: score)
    if emits { outbox.append(evaluation) }
    if fires { fire(index, strategy, slot, evaluation, outbox) }
  }

  @_noAllocation @_noLocks
  @inline(__always)
  private func scoreInput(_ index: Int, at t: Int64) -> ScoreInput {
    let halfHour = symbols[index].window.halfHour
    var input = ScoreInput(at: t)
    let sign = WideNumbers.sign(halfHour.cvd)
    if sign == WideNumbers.sign(symbols[index].window.fourHour.cvd) { input.direction = sign }
    input.cvd24hSign = WideNumbers.sign(symbols[index].window.day.cvd)
    if symbols[index].grid.hasAcceleration { input.accelSign = WideNumbers.sign(symbols[index].grid.acceleration) }
    let price = symbols[index].lastPrice
    let quantity = halfHour.quantity
    if quantity > 0 {
      // price - sum(p*q) / sum(q), multiplied out: exact, so that in a flat market the distance is 0 and not an ulp.
      let difference = Int128(price) &* quantity &- halfHour.notional
      input.aboveVwapSign = WideNumbers.sign(difference)
      let excess = WideNumbers.double(difference)
      input.vwapExcess = excess < 0 ? -excess : excess
      input.vwapQuantity = WideNumbers.double(quantity)
    }
    input.atr = symbols[index].candles.atr
    input.atrShare = symbols[index].candles.atrShare
    let largeBuy = symbols[index].window.largeBuy
    let largeSell = symbols[index].window.largeSell
    input.largeNet = WideNumbers.double(largeBuy &- largeSell)
    input.largeGross = WideNumbers.double(largeBuy &+ largeSell)
    return input
  }

  @_noAllocation @_noLocks
  private mutating func row(
    _ index: Int, _ strategy: Int, at t: Int64, input: borrowing ScoreInput, score: borrowing Score
  ) -> Evaluation {
    var row = Evaluation()
    row.timeMillis = t
    row.symbol = UInt32(truncatingIfNeeded: index)
    row.strategy = UInt32(truncatingIfNeeded: strategy)
    row.aggId = symbols[index].lastAggId
    row.price = symbols[index].lastPrice
    fill(&row, 0, symbols[index].window.halfHour)
    fill(&row, 1, symbols[index].window.fourHour)
    fill(&row, 2, symbols[index].window.day)
    row.atr = input.atr
    row.atrShare = input.atrShare
    row.p95 = symbols[index].window.sizes.p95
    row.p99 = symbols[index].window.sizes.p99
    row.hasAcceleration = symbols[index].grid.hasAcceleration
    row.acceleration = symbols[index].grid.acceleration
    row.direction = input.direction
    row.score = score.value
    row.missing = score.missing
    row.parts = score.parts
    return row
  }

  @_noAllocation @_noLocks
  private func fill(_ row: inout Evaluation, _ position: Int, _ window: borrowing FlowSums) {
    row.cvd[position] = window.cvd
    row.notional[position] = window.notional
    row.quantity[position] = window.quantity
  }

  /// Symbol warm and whole, nothing open or pending, cooldown over.
  @_noAllocation @_noLocks
  private func mayFire(_ index: Int, _ strategy: Int, _ slot: Int, at t: Int64, direction: Int8) -> Bool {
    if t &- symbols[index].firstMillis < strategies[strategy].warmUpMillis { return false }
    if symbols[index].candles.atr.isNaN || t < symbols[index].incompleteUntilMillis { return false }
    if slots[slot].position.isPendingOrOpen { return false }
    let cooldown = direction > 0 ? slots[slot].cooldownLongMillis : slots[slot].cooldownShortMillis
    return t >= cooldown
  }

  @_noAllocation @_noLocks
  private mutating func fire(
    _ index: Int, _ strategy: Int, _ slot: Int, _ evaluation: borrowing Evaluation, _ outbox: Outbox
  ) {
    counters.signals &+= 1
    let t = evaluation.timeMillis
    let isLong = evaluation.direction > 0
    let over = t &+ strategies[strategy].cooldownMillis
    if isLong { slots[slot].cooldownLongMillis = over } else { slots[slot].cooldownShortMillis = over }
    let id = SignalId(
      names: names, strategy: strategyNames[strategy], symbol: symbols[index].name, isLong: isLong,
      aggId: evaluation.aggId)
    let stopDistance = strategies[strategy].stopLossAtr * evaluation.atr
    let quantity = PositionSizing.quantity(
      riskUsd: costs.riskUsd, stopDistance: stopDistance, limits: symbols[index].limits)
    let reason = rejectReason(index, strategy, quantity: quantity, stopDistance: stopDistance, price: evaluation.price)
    outbox.append(FiredSignal(evaluation: evaluation, id: id, reason: reason))
    guard case .none = reason else { return }
    var position = PaperPosition()
    position.state = .pending
    position.id = id
    position.symbol = evaluation.symbol
    position.strategy = evaluation.strategy
    position.direction = evaluation.direction
    position.signalMillis = t
    position.signalAggId = evaluation.aggId
    position.stopDistance = stopDistance
    position.takeProfit1Distance = strategies[strategy].takeProfit1Atr * evaluation.atr
    position.takeProfit2Distance = strategies[strategy].takeProfit2Atr * evaluation.atr
    position.holdCloseMillis = strategies[strategy].holdCloseMillis
    position.quantity = quantity
    position.takeProfit1Quantity = PositionSizing.half(quantity, limits: symbols[index].limits)
    slots[slot].position = position
    symbols[index].positions &+= 1
  }

  @_noAllocation @_noLocks
  private func rejectReason(
    _ index: Int, _ strategy: Int, quantity: Int64, stopDistance: Double, price: Int64
  ) -> RejectReason {
    if entriesPaused { return .entriesPaused }
    if isClockDoubted { return .clockDoubted }
    if quantity == 0 { return .belowLot }
    if quantity == .max { return .beyondInt64 }
    let notional = Int128(price) &* Int128(quantity)
    if notional < Int128(symbols[index].limits.minimumNotional) &* 100_000_000 { return .belowMinimumNotional }
    // Two taker fees and two slippages over the stop's distance; false without the rule, which is NaN.
    let roundTrip = Double(price) / 1e8 * (2 * costs.takerFee + 2 * costs.slippage)
    return roundTrip / stopDistance > strategies[strategy].maxCostR ? .costInR : .none
  }
}
