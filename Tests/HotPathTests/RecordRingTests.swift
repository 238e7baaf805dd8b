import CRecords
import Foundation
import HotPath
import Testing

/// Also run under the thread sanitizer: tools/tsan.
@Suite struct RecordRingTests {
  @Test func anEmptyRingGivesNothing() {
    let ring = RecordRing(capacity: 4)
    defer { ring.deallocate() }
    var record = Self.record(7)
    #expect(!ring.pop(into: &record))
    #expect(Self.isWhole(record, 7), "a refused pop leaves the record alone")
    #expect(ring.isEmpty())
    #expect(ring.backlog() == 0)
    #expect(ring.free() == 4)
    #expect(ring.capacity == 4)
  }

  @Test(arguments: [2, 4, 1_024])
  func aFullRingRefusesAndCounts(capacity: Int) {
    let ring = RecordRing(capacity: capacity)
    defer { ring.deallocate() }
    var record = apus_record()
    // In lap 0 and 1 and with the oldest record in the middle of the slots.
    for round in 0..<5 {
      let first = Int64(round * 10_000)
      for number in 0..<capacity { #expect(ring.push(Self.record(first + Int64(number)))) }
      #expect(ring.free() == 0)
      #expect(ring.backlog() == capacity)
      #expect(!ring.push(Self.record(-1)))
      #expect(!ring.push(Self.record(-1)))
      #expect(ring.pop(into: &record))
      #expect(Self.isWhole(record, first))
      #expect(ring.push(Self.record(first + Int64(capacity))))
      #expect(!ring.push(Self.record(-1)))
      #expect(ring.refused() == 3 * (round + 1))
      for number in 1...capacity {
        #expect(!ring.isEmpty())
        #expect(ring.pop(into: &record))
        #expect(Self.isWhole(record, first + Int64(number)))
      }
      #expect(!ring.pop(into: &record))
      #expect(ring.isEmpty())
    }
  }

  /// Bursts of every length, so that every slot meets every lap as the first, a middle and the last of a burst.
  @Test(arguments: [2, 8])
  func lapsFollowEachOther(capacity: Int) {
    let ring = RecordRing(capacity: capacity)
    defer { ring.deallocate() }
    var record = apus_record()
    var pushed: Int64 = 0
    var popped: Int64 = 0
    for round in 0..<2_000 {
      for _ in 0..<(1 + round % capacity) {
        #expect(ring.push(Self.record(pushed)))
        pushed += 1
      }
      #expect(ring.backlog() == Int(pushed - popped))
      while ring.pop(into: &record) {
        #expect(Self.isWhole(record, popped))
        popped += 1
      }
      #expect(pushed == popped)
      #expect(ring.free() == capacity)
    }
    #expect(pushed > Int64(100 * capacity))
  }

  /// The ring borrows a bit of `kind`, set in even laps and clear in odd ones: neither may show, nor spoil a neighbour.
  @Test func extremeFieldsKeepTheirBytes() {
    let ring = RecordRing(capacity: 2)
    defer { ring.deallocate() }
    var ones = apus_record()
    withUnsafeMutableBytes(of: &ones) { bytes in for at in bytes.indices { bytes[at] = 0xFF } }
    ones.kind = 0x7FFF
    let zeros = apus_record()
    for _ in 0..<9 {
      for sent in [ones, zeros, zeros, ones, ones] {
        var taken = Self.record(3)
        #expect(ring.push(sent))
        #expect(ring.pop(into: &taken))
        #expect(Self.bytes(taken) == Self.bytes(sent))
      }
    }
  }

  /// All fields of each record follow from its number: a torn, lost or repeated one shows. Small rings are full and empty
  /// all the time, the large one neither.
  @Test(arguments: [2, 16, 1_024])
  func twoThreadsKeepOrderAndContent(capacity: Int) {
    let ring = RecordRing(capacity: capacity)
    defer { ring.deallocate() }
    let total: Int64 = capacity < 1_024 ? 300_000 : 3_000_000
    let producer = Thread {
      var number: Int64 = 0
      while number < total {
        if ring.push(Self.record(number)) { number += 1 } else { sched_yield() }
      }
    }
    producer.start()
    var record = apus_record()
    var expected: Int64 = 0
    var wrong = 0
    var checksum: UInt64 = 0
    var strange = 0
    while expected < total {
      if !ring.pop(into: &record) {
        let waiting = ring.backlog()
        if waiting < 0 || waiting > capacity { strange += 1 }
        sched_yield()
        continue
      }
      if !Self.isWhole(record, expected) { wrong += 1 }
      checksum = Self.mixed(checksum, record)
      expected += 1
    }
    var right: UInt64 = 0
    for number in 0..<total { right = Self.mixed(right, Self.record(number)) }
    #expect(wrong == 0)
    #expect(strange == 0)
    #expect(checksum == right)
    #expect(!ring.pop(into: &record))
    #expect(ring.isEmpty())
  }

  /// Somebody who watches sees what may be, whatever both sides do meanwhile.
  @Test func aWatcherSeesABacklogThatMayBe() {
    let ring = RecordRing(capacity: 64)
    defer { ring.deallocate() }
    let total: Int64 = 200_000
    let producer = Thread {
      var number: Int64 = 0
      while number < total {
        if ring.push(Self.record(number)) { number += 1 } else { sched_yield() }
      }
    }
    let done = DispatchSemaphore(value: 0)
    let consumer = Thread {
      var record = apus_record()
      var number: Int64 = 0
      while number < total {
        if ring.pop(into: &record) { number += 1 } else { sched_yield() }
      }
      done.signal()
    }
    producer.start()
    consumer.start()
    var negative = 0
    while done.wait(timeout: .now()) == .timedOut {
      if ring.backlog() < 0 || ring.refused() < 0 { negative += 1 }
      sched_yield()
    }
    #expect(negative == 0)
    #expect(ring.backlog() == 0)
  }

  /// A record whose every field follows from its number.
  private static func record(_ number: Int64) -> apus_record {
    let mixed = UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15
    var record = apus_record()
    record.kind = UInt16(truncatingIfNeeded: mixed >> 5) & 0x7FFF
    record.flags = UInt16(truncatingIfNeeded: mixed >> 13)
    record.symbol = UInt32(truncatingIfNeeded: mixed >> 3)
    record.time_ms = Int64(bitPattern: mixed)
    record.id = number
    record.price_e8 = number &* 31
    record.quantity_e8 = ~number
    record.first_id = Int64(bitPattern: mixed ^ (mixed >> 32))
    record.span = UInt32(truncatingIfNeeded: mixed >> 7)
    record.now_delta_ms = Int32(truncatingIfNeeded: mixed >> 11)
    record.received_ns = UInt32(truncatingIfNeeded: number)
    record.crc32c = UInt32(truncatingIfNeeded: mixed >> 29)
    return record
  }

  private static func bytes(_ record: apus_record) -> [UInt8] { withUnsafeBytes(of: record) { Array($0) } }

  private static func isWhole(_ record: apus_record, _ number: Int64) -> Bool {
    let right = Self.record(number)
    return withUnsafeBytes(of: record) { taken in
      withUnsafeBytes(of: right) { right in memcmp(taken.baseAddress!, right.baseAddress!, 64) == 0 }
    }
  }

  /// Depends on the order: a swap of two records changes it.
  private static func mixed(_ sum: UInt64, _ record: apus_record) -> UInt64 {
    (sum &* 0x0000_0100_0000_01B3) ^ UInt64(bitPattern: record.time_ms &+ record.price_e8)
  }
}
