/// Times of many short batches, and what they say of one item.
///
/// The minimum is what the code costs where nothing disturbs it, and the only figure that repeats on a shared machine;
/// percentiles are of batches, so they smooth what a single item may suffer.
struct BatchTimes {
  /// Nanoseconds an item, ascending.
  private(set) var nanos: [Double]

  init(ticks: [UInt64], itemsPerBatch: Int, clock: TickClock) {
    self.init(ticks: ticks, items: Array(repeating: itemsPerBatch, count: ticks.count), clock: clock)
  }

  init(ticks: [UInt64], items: [Int], clock: TickClock) {
    self.init(
      nanos: zip(ticks, items).map { ticks, items in
        Double(ticks > clock.emptyTicks ? ticks - clock.emptyTicks : 0) * clock.nanosPerTick / Double(items)
      })
  }

  init(nanos: [Double]) {
    precondition(!nanos.isEmpty, "a measurement has a batch")
    self.nanos = nanos.sorted()
  }

  var batches: Int { nanos.count }
  var min: Double { nanos[0] }
  var mean: Double { nanos.reduce(0, +) / Double(nanos.count) }

  /// The nearest rank, 1-based: the smallest time that at least `perTenThousand` of 10,000 batches do not exceed.
  func percentile(perTenThousand: Int) -> Double {
    let rank = (perTenThousand * nanos.count + 9_999) / 10_000
    return nanos[Swift.max(1, rank) - 1]
  }

  var p50: Double { percentile(perTenThousand: 5_000) }
  var p99: Double { percentile(perTenThousand: 9_900) }
  var p999: Double { percentile(perTenThousand: 9_990) }
  var p9999: Double { percentile(perTenThousand: 9_999) }
}
