import CBaselines
import Foundation

/// The ring that feeds the engine: records a second from one core to another, and there and back beside the hand-over of
/// one word. Over one line for both directions nothing can beat that; over a line for each, as two rings have them, it says
/// what the rings add to the hand-over.
///
/// Rounds of both sides alternate; a virtual machine may move its cores near and far between two of them.
struct RingRow: BenchRow {
  let names = ["ring.throughput", "ring.round_trip", "ring.round_trip.two_lines"]
  private let capacity = 1024

  func run(_ source: BenchSource, only prefix: String) throws -> [RowResult] {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    // A round trip on one core is a change of threads, not of cores.
    if cores < 2 { return [] }
    let home = Int32(cores - 1)
    defer { _ = apus_baseline_pin(home) }
    var results: [RowResult] = []
    if names[0].hasPrefix(prefix) { results.append(try throughput(source, home)) }
    if names[1].hasPrefix(prefix) { results.append(roundTrip(source, home, name: names[1], lines: 1, goal: 1.6)) }
    if names[2].hasPrefix(prefix) { results.append(roundTrip(source, home, name: names[2], lines: 2, goal: nil)) }
    return results
  }

  private func throughput(_ source: BenchSource, _ home: Int32) throws -> RowResult {
    // A round is one batch: single stretches of it are a race through what had piled up.
    let rounds = source.isQuick ? 48 : 160
    let batches = 256
    let batch = 256
    let expected = Int64(batches * batch) * Int64(batches * batch - 1) / 2
    var ours: [UInt64] = []
    var theirs: [UInt64] = []
    for round in 0..<rounds {
      for side in 0..<2 {
        if (round + side) & 1 == 0 {
          var ticks: [UInt64] = []
          let sum = RingTrips.throughput(
            capacity: capacity, batches: batches, batch: batch, producerCPU: 0, consumerCPU: home, ticks: &ticks)
          ours.append(ticks.reduce(0, +))
          if sum != expected { throw Mismatch(names[0], at: round, "sum of ids", ours: sum, theirs: expected) }
        } else {
          var ticks = [UInt64](repeating: 0, count: batches)
          let sum = apus_baseline_ring_throughput(
            Int32(capacity), Int32(batches), Int32(batch), 0, home, &ticks)
          if sum != expected { throw Mismatch(names[0], at: round, "sum of ids", ours: expected, theirs: sum) }
          theirs.append(ticks.reduce(0, +))
        }
      }
    }
    return RowResult(
      name: names[0], ours: BatchTimes(ticks: ours, itemsPerBatch: batches * batch, clock: source.clock),
      baselineName: "c++ ring",
      baseline: BatchTimes(ticks: theirs, itemsPerBatch: batches * batch, clock: source.clock),
      items: rounds * batches * batch, batch: batches * batch)
  }

  /// The ratio is the median over rounds of minimum over minimum: a virtual machine moves its cores near and far within a
  /// second, so that the best of all rounds on either side need not be of the same distance. Both are told apart.
  private func roundTrip(_ source: BenchSource, _ home: Int32, name: String, lines: Int32, goal: Double?) -> RowResult {
    let rounds = source.isQuick ? 100 : 400
    let batches = 128
    let trips = 64
    var ours: [UInt64] = []
    var theirs: [UInt64] = []
    var pairs = CoreDistance()
    for round in 0..<rounds {
      var mine: [UInt64] = []
      var their = [UInt64](repeating: 0, count: batches)
      for side in 0..<2 {
        if (round + side) & 1 == 0 {
          RingTrips.roundTrips(batches: batches, trips: trips, firstCPU: home, secondCPU: 0, ticks: &mine)
        } else {
          apus_baseline_ping_pong(Int32(batches), Int32(trips), lines, home, 0, &their)
        }
      }
      let probe = Double(max(1, their.min() ?? 0))
      pairs.add(
        ratio: Double(mine.min() ?? 0) / probe, probeNanos: probe / Double(trips) * source.clock.nanosPerTick)
      ours += mine
      theirs += their
    }
    return RowResult(
      name: name, ours: BatchTimes(ticks: ours, itemsPerBatch: trips, clock: source.clock),
      baselineName: lines == 1 ? "ping-pong" : "two lines",
      baseline: BatchTimes(ticks: theirs, itemsPerBatch: trips, clock: source.clock),
      items: rounds * batches * trips, batch: trips, goal: goal, pairedRatio: pairs.median, note: pairs.note,
      extra: pairs.fields)
  }
}
