import CRecords

/// What a record carries of time while it is in a ring. The journal's fields are free until the engine has taken it:
/// `crc32c` has the upper half of the stamp of arrival, since 32 bits wrap after 4.29 s and a longer stall would look short;
/// `now_delta_ms` has the way from arrival to push of a trade that is timed in full, else 0.
extension apus_record {
  /// The stamp of the frame's arrival, ns.
  public var arrivalNanos: UInt64 {
    @_noAllocation @_noLocks
    @inlinable get { UInt64(crc32c) &<< 32 | UInt64(received_ns) }
    @_noAllocation @_noLocks
    // SAFETY: the record's own bytes, for the length of the call.
    @inlinable set { unsafe apus_record_set_arrival(&self, newValue) }
  }

  /// Whether each stage of this trade is timed.
  public var isSampled: Bool {
    @_noAllocation @_noLocks
    @inlinable get { now_delta_ms != 0 }
  }

  /// Marks the trade as one that is timed in full; kept to 1 ns ... 4.29 s.
  @_noAllocation @_noLocks
  public mutating func sample(pushedNanos: UInt64) {
    let delay = pushedNanos &- arrivalNanos
    let kept = delay > UInt64(UInt32.max) ? UInt32.max : UInt32(truncatingIfNeeded: delay)
    now_delta_ms = Int32(bitPattern: kept == 0 ? 1 : kept)
  }

  /// The stamp of the push, of a sampled trade.
  public var pushedNanos: UInt64 {
    @_noAllocation @_noLocks
    @inlinable get { arrivalNanos &+ UInt64(UInt32(bitPattern: now_delta_ms)) }
  }
}
