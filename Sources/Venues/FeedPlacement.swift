/// Where and how a feed's thread waits for its sockets.
public struct FeedPlacement: Sendable, Equatable {
  /// nil: wherever the process may run.
  public var cpu: Int?
  /// Asks the sockets without end instead of sleeping in poll(2): one core at 100 %, no wake-up.
  public var polls: Bool

  public init(cpu: Int? = nil, polls: Bool = false) {
    self.cpu = cpu
    self.polls = polls
  }
}
