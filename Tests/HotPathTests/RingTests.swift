import CClock
import CRecords
import Foundation
import HotPath
import Memory
import Synchronization
import Testing

/// Also run under the thread sanitizer: tools/tsan.
@Suite struct RingTests {
  @Test func firstInFirstOut() {
    let ring = Ring<Int>(capacity: 4)
    defer { ring.deallocate() }
    var value = -1
    #expect(!ring.pop(into: &value))
    #expect(value == -1)
    #expect(ring.isEmpty())
    for number in 1...3 { #expect(ring.push(number)) }
    #expect(ring.backlog() == 3)
    #expect(!ring.isEmpty())
    for number in 1...3 {
      #expect(ring.pop(into: &value))
      #expect(value == number)
    }
    #expect(!ring.pop(into: &value))
    #expect(ring.backlog() == 0)
  }

  @Test func aFullRingRefusesAndCounts() {
    let ring = Ring<Int>(capacity: 4)
    defer { ring.deallocate() }
    for number in 0..<4 { #expect(ring.push(number)) }
    #expect(ring.free() == 0)
    #expect(!ring.push(4))
    #expect(!ring.push(5))
    #expect(ring.refused() == 2)
    var value = -1
    #expect(ring.pop(into: &value))
    #expect(value == 0)
    #expect(ring.push(6))
    #expect(!ring.push(7))
    #expect(ring.refused() == 3)
    for expected in [1, 2, 3, 6] {
      #expect(ring.pop(into: &value))
      #expect(value == expected)
    }
  }

  @Test func sequencesWrapAroundTheSlots() {
    let ring = Ring<Int>(capacity: 8)
    defer { ring.deallocate() }
    var value = 0
    var pushed = 0
    var popped = 0
    for round in 0..<1_000 {
      for _ in 0..<(1 + round % 8) {
        #expect(ring.push(pushed))
        pushed += 1
      }
      while ring.pop(into: &value) {
        #expect(value == popped)
        popped += 1
      }
      #expect(ring.free() == 8)
    }
    #expect(pushed == popped)
  }
}

/// The consumer's sleep. The name puts it under `--filter RingTests` too.
@Suite struct DoorbellRingTests {
  /// The producer waits for an empty ring each time, so that the consumer is about to park or parked: a lost wake-up
  /// costs the whole 2 s of the sleep.
  @Test func noWakeUpIsLost() {
    let ring = Ring<Int>(capacity: 64)
    let doorbell = Doorbell()
    defer {
      ring.deallocate()
      doorbell.deallocate()
    }
    let total = 3_000
    let producer = Thread {
      var random = SeededPause(state: 42)
      for number in 1...total {
        while ring.backlog() > 0 { sched_yield() }
        random.pause()
        while !ring.push(number) { sched_yield() }
        doorbell.ring()
      }
    }
    // Neither spins nor yields for long: it parks nearly every time.
    var wait = BackoffWait(spinNanos: 1_000, yieldNanos: 1_000)
    var value = 0
    var expected = 1
    var slowestNanos: UInt64 = 0
    var lastNanos = apus_monotonic_nanos()
    producer.start()
    while expected <= total {
      if ring.pop(into: &value) {
        #expect(value == expected)
        expected += 1
        let nanos = apus_monotonic_nanos()
        slowestNanos = max(slowestNanos, nanos - lastNanos)
        lastNanos = nanos
        wait.worked()
      } else {
        wait.wait(on: doorbell, deadlineNanos: apus_monotonic_nanos() + 2_000_000_000) { !ring.isEmpty() }
      }
    }
    #expect(slowestNanos < 1_900_000_000, "a wake-up was lost: \(slowestNanos) ns between two elements")
  }

  @Test func aSleepEndsAtItsTimeout() {
    let doorbell = Doorbell()
    defer { doorbell.deallocate() }
    let started = apus_monotonic_nanos()
    doorbell.sleep(timeoutNanos: 20_000_000) { false }
    let nanos = apus_monotonic_nanos() - started
    #expect(nanos > 15_000_000)
    #expect(nanos < 5_000_000_000)
  }

  @Test func workKeepsTheConsumerAwake() {
    let doorbell = Doorbell()
    defer { doorbell.deallocate() }
    let started = apus_monotonic_nanos()
    doorbell.sleep(timeoutNanos: 10_000_000_000) { true }
    #expect(apus_monotonic_nanos() - started < 5_000_000_000)
  }

  @Test func backoffNeverSleepsBeyondItsDeadline() {
    let doorbell = Doorbell()
    defer { doorbell.deallocate() }
    var wait = BackoffWait(spinNanos: 0, yieldNanos: 0)
    let started = apus_monotonic_nanos()
    wait.wait(on: doorbell, deadlineNanos: started + 30_000_000) { false }
    wait.wait(on: doorbell, deadlineNanos: started) { false }
    #expect(apus_monotonic_nanos() - started < 5_000_000_000)
  }
}

/// Pauses of 0 to some 20 us without a syscall, so that pushes meet every moment of a park.
private struct SeededPause {
  var state: UInt64

  mutating func pause() {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let until = apus_monotonic_nanos() + (state >> 33) % 20_000
    while apus_monotonic_nanos() < until { apus_spin_hint() }
  }
}
