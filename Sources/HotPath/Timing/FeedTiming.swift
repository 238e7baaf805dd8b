import CClock
import CRecords

/// The feed thread's share of timing. A turn of its loop reads once, then hands over whole frames.
///
/// Coordinated omission: all frames of a turn arrived, for us, when the turn first read, so one that lies behind others in
/// the same read is charged for its wait. Not covered is what lay in the kernel's socket queue before that: frames that
/// came while the last turn was busy (`turn` tells for how long) or while this thread could not run (`venue` shows it,
/// in ms). One stamp a turn serves all its trades.
public struct FeedTiming: Sendable {
  private let turn: LatencyHistogram
  private let wait: LatencyHistogram
  private let parse: LatencyHistogram
  @usableFromInline var choice = SampleChoice()
  @usableFromInline var startNanos: UInt64 = 0

  public init(_ stages: LatencyStages) {
    turn = stages[.turn]
    wait = stages[.wait]
    parse = stages[.parse]
  }

  /// Before a frame is parsed into `record`; gives whether it is timed in full. The stamp goes in first: written between
  /// the parse and the push, it would make the copy to the ring wait for the small stores before it.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func begin(_ record: inout apus_record, arrivalNanos: UInt64) -> Bool {
    record.arrivalNanos = arrivalNanos
    let isSampled = choice.next(arrivalNanos: arrivalNanos)
    if isSampled { startNanos = apus_stamp_in_order_nanos() }
    return isSampled
  }

  /// Once a trade is parsed, before its push: `begin` said whether it is timed in full.
  @_noAllocation @_noLocks
  @inlinable @inline(__always)
  public mutating func parsed(_ record: inout apus_record, isSampled: Bool) {
    // Stamped here: the call's way to code that is rarely used is not the parser's.
    if isSampled { finish(&record, apus_stamp_in_order_nanos()) }
  }

  @_noAllocation @_noLocks
  @usableFromInline @inline(never)
  mutating func finish(_ record: inout apus_record, _ nanos: UInt64) {
    wait.record(nanos: apus_nanos_between(record.arrivalNanos, startNanos))
    parse.record(nanos: apus_nanos_between(startNanos, nanos))
    record.sample(pushedNanos: nanos)
  }

  /// At the end of a turn that took frames.
  @_noAllocation @_noLocks
  public func turned(arrivalNanos: UInt64) {
    turn.record(nanos: apus_nanos_between(arrivalNanos, apus_stamp_nanos()))
  }
}
