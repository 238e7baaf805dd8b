import CClock

/// Time stamps of the processor as nanoseconds.
struct TickClock {
  let nanosPerTick: Double
  /// Ticks that an empty measurement takes, subtracted from each.
  let emptyTicks: UInt64

  init(nanosPerTick: Double, emptyTicks: UInt64) {
    self.nanosPerTick = nanosPerTick
    self.emptyTicks = emptyTicks
  }

  /// Calibrates against the monotonic clock for 50 ms: to some 1e-6, where rows differ by 1e-2.
  init() {
    let startNanos = apus_monotonic_nanos()
    let startTicks = apus_tsc_begin()
    while apus_monotonic_nanos() - startNanos < 50_000_000 {}
    let ticks = apus_tsc_end() - startTicks
    nanosPerTick = Double(apus_monotonic_nanos() - startNanos) / Double(ticks)
    var empty = UInt64.max
    for _ in 0..<10_000 {
      let start = apus_tsc_begin()
      empty = min(empty, apus_tsc_end() - start)
    }
    emptyTicks = empty
  }
}
