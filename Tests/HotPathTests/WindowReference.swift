import Testing

@testable import HotPath

/// What a window has to hold, recomputed from all trades of a market.
struct WindowReference {
  struct Trade {
    var t: Int64
    var price: Int64
    var quantity: Int64
    var sell: Bool
    var large: Bool
  }
  var trades: [Trade] = []
  /// Bucket values of the last 24 h, sorted.
  var values: [Int64] = []
  private var firstInDay = 0

  mutating func advance(to t: Int64) {
    while firstInDay < trades.count, trades[firstInDay].t <= t - 86_400_000 {
      values.remove(at: position(Self.bucketValue(trades[firstInDay].quantity)))
      firstInDay += 1
    }
  }

  /// Gives whether the trade is large.
  mutating func add(_ t: Int64, _ price: Int64, _ quantity: Int64, sell: Bool) {
    advance(to: t)
    let value = Self.bucketValue(quantity)
    let large = values.count >= 1000 && value >= quantile(99)
    trades.append(Trade(t: t, price: price, quantity: quantity, sell: sell, large: large))
    values.insert(value, at: position(value))
  }

  func quantile(_ percent: Int) -> Int64 {
    values.isEmpty ? -1 : values[(percent * values.count + 99) / 100 - 1]
  }

  func held(_ t: Int64, _ window: Int64) -> ArraySlice<Trade> {
    let after = trades.firstIndex { $0.t > t - window } ?? trades.endIndex
    return trades[after...]
  }

  private func position(_ value: Int64) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The specification's words: below 512 itself, else the top nine bits.
  static func bucketValue(_ u: Int64) -> Int64 {
    if u < 512 { return u }
    var log = 0
    while log < 62, Int64(1) << Int64(log + 1) <= u { log += 1 }
    return (u >> Int64(log - 8)) << Int64(log - 8)
  }

  func compare(_ window: TradeWindow, at t: Int64, _ again: Comment) {
    let cursors = [(window.halfHour, 1_800_000), (window.fourHour, 14_400_000), (window.day, 86_400_000)]
    for (cursor, length) in cursors {
      var buy: Int128 = 0
      var sell: Int128 = 0
      var notional: Int128 = 0
      let held = self.held(t, Int64(length))
      for trade in held {
        if trade.sell { sell += Int128(trade.quantity) } else { buy += Int128(trade.quantity) }
        // Wraps as the window's does, for prices and sizes of no market.
        notional &+= Int128(trade.price) * Int128(trade.quantity)
      }
      #expect(cursor.count == Int64(held.count), again)
      #expect(cursor.buy == buy, again)
      #expect(cursor.sell == sell, again)
      #expect(cursor.cvd == buy - sell, again)
      #expect(cursor.quantity == buy + sell, again)
      #expect(cursor.notional == notional, again)
    }
    var largeBuy: Int128 = 0
    var largeSell: Int128 = 0
    for trade in held(t, 1_800_000) where trade.large {
      if trade.sell { largeSell += Int128(trade.quantity) } else { largeBuy += Int128(trade.quantity) }
    }
    #expect(window.largeBuy == largeBuy, again)
    #expect(window.largeSell == largeSell, again)
  }
}
