import CRecords
import Memory

/// The compiler's check of the generic ring of news and of the slab, on one element. `RecordRing` carries the attributes
/// itself.
///
/// `Ring` and `Slab` are generic, and the check rejects a generic body: its metadata might be made under a lock. Here
/// the bodies stand in line and specialised, as they do in every caller, most of which (threads' loops, classes) could
/// not carry the attributes themselves. Nobody calls this; debug builds check it too.
enum RingProof {
  @_noAllocation @_noLocks
  static func producer(_ ring: Ring<apus_record>, _ record: apus_record) -> Int { ring.push(record) ? ring.free() : 0 }

  @_noAllocation @_noLocks
  static func consumer(_ ring: Ring<apus_record>, _ record: inout apus_record) -> Bool {
    ring.isEmpty() ? false : ring.pop(into: &record)
  }

  @_noAllocation @_noLocks
  static func slab(_ slab: Slab<apus_record>, _ index: Int) {
    slab[index] = slab[index &+ 1]
    slab[index].id &+= 1
  }
}
