import Memory
import Synchronization
import Testing

@testable import HotPath
@testable import apus

/// Gaps on their way to history, whoever looks at the screen or does not.
@Suite struct GapCourierTests {
  /// The main thread hangs in a write to a stopped terminal: what is missing is asked for all the same.
  @Test func gapsAreCarriedWhileNobodyTakesThem() throws {
    let asked = Mutex<[Int64]>([])
    let ring = Ring<GapEvent>(capacity: 512)
    let courier = GapCourier(ring) { gap in asked.withLock { $0.append(gap.fromId) } }
    try courier.start()
    defer { courier.stop() }
    var told: Int64 = 0
    while told < 5_000 {
      let gap = GapEvent(kind: .wanted, symbol: 0, fromId: told, throughId: told)
      if ring.push(gap) { told += 1 } else { Pause.millis(1) }
    }
    #expect(eventually(seconds: 20) { asked.withLock { $0.count } == 5_000 })
    #expect(asked.withLock { $0 } == Array(0..<5_000))
    let kept = courier.take().map(\.fromId)
    #expect(kept.count <= 4_096 && kept.last == 4_999, "who looks later sees the newest")
    #expect(courier.take().isEmpty)
  }
}
