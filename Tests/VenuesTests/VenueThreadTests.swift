import Foundation
import Settings
import Synchronization
import Testing

@testable import Venues

@Suite struct VenueThreadTests {
  @Test func aThreadRunsWhereItIsPlaced() throws {
    let allowed = try #require(CpuList.allowed())
    for cpu in allowed.numbers.sorted().prefix(2) {
      let seen = Mutex<CpuList?>(nil)
      let thread = try VenueThread(name: "placed", cpu: cpu) { seen.withLock { $0 = CpuList.allowed() } }
      thread.join()
      #expect(seen.withLock { $0?.numbers } == [cpu])
    }
    // The maker stays where it was.
    #expect(CpuList.allowed() == allowed)
  }

  @Test func aPlaceThatIsNotThereIsToldAtOnce() {
    let error = #expect(throws: VenueError.self) { try VenueThread(name: "placed", cpu: 1_023) {} }
    #expect(error.map { "\($0)".contains("may not run on cpu 1023") } == true, "\(String(describing: error))")
  }
}
