import CBaselines
import CClock
import CRecords
import Dispatch
import Foundation
import HotPath
import Synchronization

/// Apus's ring between two pinned threads, neither of which ever sleeps.
enum RingTrips {
  /// Moves `batches` * `batch` records; fills `ticks` with what the consumer saw of each batch. The sum of ids.
  static func throughput(
    capacity: Int, batches: Int, batch: Int, producerCPU: Int32, consumerCPU: Int32, ticks: inout [UInt64]
  ) -> Int64 {
    let ring = RecordRing(capacity: capacity)
    defer { ring.deallocate() }
    let messages = Int64(batches * batch)
    let other = Companion(cpu: producerCPU) {
      var record = apus_record()
      var next: Int64 = 0
      while next < messages {
        record.id = next
        while !ring.push(record) { apus_spin_hint() }
        next &+= 1
      }
    }
    _ = apus_baseline_pin(consumerCPU)
    other.waitUntilReady()
    var sum: Int64 = 0
    var record = apus_record()
    var last = apus_tsc_begin()
    for _ in 0..<batches {
      var item = 0
      while item < batch {
        while !ring.pop(into: &record) { apus_spin_hint() }
        apus_baseline_taken(&record)
        sum &+= record.id
        item &+= 1
      }
      let now = apus_tsc_end()
      ticks.append(now - last)
      last = now
    }
    other.join()
    return sum
  }

  /// There by one ring and back by another: what a record takes to reach the engine, twice.
  static func roundTrips(batches: Int, trips: Int, firstCPU: Int32, secondCPU: Int32, ticks: inout [UInt64]) {
    let there = RecordRing(capacity: 1024)
    let back = RecordRing(capacity: 1024)
    defer {
      there.deallocate()
      back.deallocate()
    }
    let total = batches * trips
    let other = Companion(cpu: secondCPU) {
      var record = apus_record()
      var trip = 0
      while trip < total {
        while !there.pop(into: &record) { apus_spin_hint() }
        while !back.push(record) { apus_spin_hint() }
        trip &+= 1
      }
    }
    _ = apus_baseline_pin(firstCPU)
    other.waitUntilReady()
    var record = apus_record()
    for _ in 0..<batches {
      let start = apus_tsc_begin()
      var trip = 0
      while trip < trips {
        record.id &+= 1
        while !there.push(record) { apus_spin_hint() }
        while !back.pop(into: &record) { apus_spin_hint() }
        trip &+= 1
      }
      ticks.append(apus_tsc_end() - start)
    }
    other.join()
  }
}

/// A thread of its own core for one piece of work.
private final class Companion: Sendable {
  private let isReady = Atomic<Bool>(false)
  private let done = DispatchSemaphore(value: 0)

  init(cpu: Int32, _ work: @escaping @Sendable () -> Void) {
    Thread.detachNewThread { [self] in
      _ = apus_baseline_pin(cpu)
      isReady.store(true, ordering: .releasing)
      work()
      done.signal()
    }
  }

  func waitUntilReady() {
    while !isReady.load(ordering: .acquiring) { apus_spin_hint() }
  }

  func join() { done.wait() }
}
