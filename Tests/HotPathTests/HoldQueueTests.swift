import CRecords
import Memory
import Testing

@testable import HotPath

@Suite struct HoldQueueTests {
  private func record(_ id: Int64) -> apus_record { Records.trade(id, id, "10") }

  private func ids(_ queue: HoldQueue) -> [Int64] {
    var rest = queue
    var ids: [Int64] = []
    while rest.count > 0 {
      ids.append(rest.first().id)
      rest.pop()
    }
    return ids
  }

  @Test func keepsTheOrderOfIds() {
    let slab = Slab<apus_record>(zeroed: 16)
    defer { slab.deallocate() }
    var queue = HoldQueue(slab, base: 8, capacity: 8)
    // Wrapped around its end.
    for id in 1...6 as ClosedRange<Int64> { _ = queue.insert(record(id)) }
    for _ in 1...5 { queue.pop() }
    for id in [9, 7, 8, 10] as [Int64] { _ = queue.insert(record(id)) }
    #expect(ids(queue) == [6, 7, 8, 9, 10])
    #expect(queue.second().id == 7 && queue.lastId() == 10)
    if case .repeated(let other) = queue.insert(record(8)) {
      #expect(other.id == 8)
    } else {
      Issue.record("no repetition")
    }
    queue.remove(8)
    queue.remove(77)
    #expect(ids(queue) == [6, 7, 9, 10])
    queue.dropLast()
    #expect(ids(queue) == [6, 7, 9])
  }

  @Test func refusesWhenFullOrTooFarOutOfOrder() {
    let slab = Slab<apus_record>(zeroed: 128)
    defer { slab.deallocate() }
    var queue = HoldQueue(slab, base: 0, capacity: 128)
    for id in 101...165 as ClosedRange<Int64> { _ = queue.insert(record(id)) }
    if case .full = queue.insert(record(1)) {} else { Issue.record("64 places are as far as it looks") }
    for id in 166...228 as ClosedRange<Int64> { _ = queue.insert(record(id)) }
    #expect(queue.count == 128)
    if case .full = queue.insert(record(500)) {} else { Issue.record("it was full") }
    #expect(queue.lastId() == 228)
  }

  /// Only the deepest queue there was is ever touched.
  @Test func anEmptiedQueueBeginsAtItsFirstPlace() {
    let slab = Slab<apus_record>(zeroed: 8)
    defer { slab.deallocate() }
    var queue = HoldQueue(slab, base: 0, capacity: 8)
    for id in 1...20 as ClosedRange<Int64> {
      _ = queue.insert(record(id))
      queue.pop()
    }
    #expect(slab[1].id == 0)
  }
}
