import CClock

/// Both sides of a row, batch by batch in turn, so that whatever the machine does meets both.
struct PairedRun {
  private(set) var ours: [UInt64] = []
  private(set) var theirs: [UInt64] = []

  /// For every batch: `prepare` untimed, then the two sides, the first one changing from batch to batch. All get the
  /// batch's number; a side must have finished its work when it returns.
  init(
    batches: Int, prepare: (Int) throws -> Void, ours: (Int) -> Void, theirs: (Int) -> Void
  ) rethrows {
    self.ours.reserveCapacity(batches)
    self.theirs.reserveCapacity(batches)
    for batch in 0..<batches {
      try prepare(batch)
      if batch & 1 == 0 {
        self.ours.append(Self.ticks { ours(batch) })
        self.theirs.append(Self.ticks { theirs(batch) })
      } else {
        self.theirs.append(Self.ticks { theirs(batch) })
        self.ours.append(Self.ticks { ours(batch) })
      }
    }
  }

  @inline(__always)
  private static func ticks(_ work: () -> Void) -> UInt64 {
    let start = apus_tsc_begin()
    work()
    return apus_tsc_end() - start
  }
}
