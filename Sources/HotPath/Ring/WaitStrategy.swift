/// What a consumer does while its rings are empty. One strategy a file; a setting chooses.
public protocol WaitStrategy {
  /// Called each time all rings were found empty, at most until `deadlineNanos` on the monotonic clock.
  mutating func wait(on doorbell: Doorbell, deadlineNanos: UInt64, unless hasWork: () -> Bool)
  /// Called when there was work.
  mutating func worked()
}
