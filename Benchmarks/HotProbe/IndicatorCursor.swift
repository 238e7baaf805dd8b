import CRecords

/// Where a run stands in its indicators.
struct IndicatorCursor {
  private let records: UnsafeBufferPointer<apus_record>
  private(set) var next: Int

  init(_ records: UnsafeBufferPointer<apus_record>, next: Int) {
    self.records = records
    self.next = next
  }

  /// What was known by `millis`, into the engine.
  @inline(__always)
  mutating func stepDue(at millis: Int64, _ engine: inout ProbeEngine) {
    while next < records.count, records[next].id <= millis {
      engine.step(records[next])
      next &+= 1
    }
  }
}
